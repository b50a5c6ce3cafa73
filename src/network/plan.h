// wanted − found = plan: the ordered steps that make the kernel match the mesh file, each with what undoes it
// and with the line that a person reads. Pure: whoever carries a plan out is elsewhere.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "network/found.h"
#include "network/memory.h"
#include "network/wanted.h"
#include "util/result.h"

namespace trimtab::network {

struct WriteFile {
  File file;
};
struct RemoveFile {
  std::string path;
};
struct LoadTable {
  std::string script;  // for `nft -f -`
};
struct DeleteTable {};
struct SetSysctl {
  Sysctl sysctl;
};
struct CreateInterface {
  Interface interface;  // down, without addresses
};
// What is absent stays as it is.
struct ChangeInterface {
  std::string name;
  std::optional<std::string> alias{};
  std::optional<int> mtu{};
  std::optional<bool> up{};
  std::optional<Gre> gre{};
};
struct DeleteInterface {
  std::string name;
};
struct AddAddress {
  Address address;
};
struct DeleteAddress {
  Address address;
};
struct AddRoute {
  Route route;
};
struct DeleteRoute {
  Route route;
};
struct PeerChange {
  mesh::PublicKey key;
  bool remove = false;
  std::optional<SocketAddress> endpoint{};
  std::optional<std::uint16_t> keepalive{};
  std::optional<std::vector<Prefix>> allowed{};
};
struct ConfigureWireGuard {
  std::string interface;
  std::optional<PrivateKey> private_key{};
  std::optional<std::uint16_t> port{};
  std::vector<PeerChange> peers{};
};

using Action =
    std::variant<WriteFile, RemoveFile, LoadTable, DeleteTable, SetSysctl, CreateInterface, ChangeInterface,
                 DeleteInterface, AddAddress, DeleteAddress, AddRoute, DeleteRoute, ConfigureWireGuard>;

enum class Change : char { add = '+', change = '~', remove = '-' };

struct Step {
  Change change = Change::add;
  // "interface gre-b", "setting net.ipv4.ip_forward". Empty: part of a step beside it, and not shown.
  std::string object;
  std::vector<std::string> lines;  // what about it: "mtu 1400 -> 1380". Never a secret.
  Action action;
  std::vector<Action> undo;  // in the order in which they are to be carried out
};

struct Plan {
  std::vector<Step> steps;
  // What is somebody else's and stands where ours should. While there is one, nothing may be carried out.
  std::vector<Error> conflicts;
  std::vector<std::string> notes;    // what a person should know and need not act on
  std::vector<std::string> rekeyed;  // interfaces of links that exist and whose key changes at either end
  Memory memory;                     // what holds once it is carried out, but for the table's listing

  std::size_t changes() const;               // steps that a person is shown
  std::vector<std::string> objects() const;  // of those, "+ interface wg0"
  // BGP sessions that will not survive it: their link's interface or address goes or moves, or one of its
  // ends has another key, which BFD notices before WireGuard has shaken hands again. A new link is none.
  std::size_t sessions_reset() const;
};

Plan plan_up(const WantedState& wanted, const FoundState& found, const Memory& memory);

// Removes exactly what `up` made, found by mark and memory; works without the mesh file.
Plan plan_down(const FoundState& found, const Memory& memory);

// "+ interface wg0", "    mtu 1440", …: one line each, as `plan` prints it; empty where nothing would change.
std::string format_plan(const Plan& plan);

}  // namespace trimtab::network
