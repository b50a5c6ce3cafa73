// What `up` must remember to be able to undo itself later, kept as JSON in the run directory (up.json): the
// kernel cannot tell what a setting was before us. It also tells our own addresses from those that somebody
// else put on our interfaces, and intent from what WireGuard learnt. Lives and dies with the kernel's state:
// both are gone after a reboot.
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

  bool operator==(const Memory&) const = default;
};

std::string format_memory(const Memory& memory);
Result<Memory> parse_memory(std::string_view text);

}  // namespace trimtab::network
