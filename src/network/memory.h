// What `up` must remember to be able to undo itself later, kept as JSON in the run directory (up.json): the
// kernel cannot tell what a setting was before us. It also tells our own addresses from those that somebody
// else put on our interfaces, and intent from what WireGuard learnt. Lives and dies with the kernel's state:
// both are gone after a reboot.
//
// While `up` or `down` is at work it is a journal as well: `doing` says which of them, `unfinished` what it
// was to change. Where a later run finds it so, the one before was interrupted, and every value may be the
// old or the new one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "network/state.h"
#include "util/result.h"

namespace trimtab::network {

struct RememberedSysctl {
  std::string path;
  std::string before;
  std::string ours;
  bool operator==(const RememberedSysctl&) const = default;
};

struct Memory {
  std::string kernel;  // which boot and network namespace this is about; of another one it says nothing
  std::string mesh;
  std::string site;
  // A stack: restored from the last to the first, since writing one can change another (ip_forward does).
  std::vector<RememberedSysctl> sysctls;
  std::vector<Address> addresses;
  std::vector<std::string> files;
  std::string table;                             // nft's text as it was loaded …
  std::string table_listing;                     // … and as nft listed it right after
  std::map<std::string, std::string> endpoints;  // public key in hex -> address:port as last set
  std::vector<std::string> peers;                // public keys in hex of the peers that `up` gave wg0
  std::string doing;                             // "up" or "down"; empty: it came to its end
  std::vector<std::string> unfinished;           // "+ interface wg0", as a plan names its steps

  bool operator==(const Memory&) const = default;
};

// What holds while one is carried out that makes `before` into `after`: enough for another run to finish or
// to undo it wherever it ends. Claims everything of either; knows nothing for sure of what the two disagree
// on.
Memory underway(const Memory& before, const Memory& after, std::string doing, std::vector<std::string> steps);

std::string format_memory(const Memory& memory);
Result<Memory> parse_memory(std::string_view text);

}  // namespace trimtab::network
