#include "network/memory.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace trimtab::network {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
// Ours is three levels deep; the library's parser recurses, so no file may lead it further.
constexpr int kMaxDepth = 8;

Json addresses_json(const std::vector<Address>& addresses) {
  Json list = Json::array();
  for (const Address& address : addresses) {
    list.push_back({{"interface", address.interface}, {"prefix", address.prefix.text()}});
  }
  return list;
}

Json sysctls_json(const std::vector<RememberedSysctl>& sysctls) {
  Json list = Json::array();
  for (const RememberedSysctl& sysctl : sysctls) {
    list.push_back({{"path", sysctl.path}, {"before", sysctl.before}, {"ours", sysctl.ours}});
  }
  return list;
}

// Throws the library's exceptions for what is missing or of another type; parse_memory catches them.
Memory read(const Json& json) {
  Memory memory{.kernel = json.at("kernel"),
                .mesh = json.at("mesh"),
                .site = json.at("site"),
                .files = json.at("files"),
                .table = json.at("table"),
                .table_listing = json.at("table_listing"),
                .endpoints = json.at("endpoints"),
                .peers = json.value("peers", std::vector<std::string>{}),
                .doing = json.value("doing", std::string{}),
                .unfinished = json.value("unfinished", std::vector<std::string>{})};
  for (const Json& sysctl : json.at("sysctls")) {
    memory.sysctls.push_back({sysctl.at("path"), sysctl.at("before"), sysctl.at("ours")});
  }
  for (const Json& address : json.at("addresses")) {
    const auto prefix = parse_prefix(address.at("prefix").get<std::string>());
    if (prefix) memory.addresses.push_back({address.at("interface"), *prefix});
  }
  return memory;
}

// A setting's path is written to: it must stay below /proc/sys/net.
bool is_safe(const Memory& memory) {
  for (const RememberedSysctl& sysctl : memory.sysctls) {
    if (!sysctl.path.starts_with("net/") || sysctl.path.find("..") != std::string::npos) return false;
  }
  return true;
}

// The first thing that read() cannot do without, in words of ours.
std::string what_is_wrong(const Json& json) {
  for (const char* key : {"kernel", "mesh", "site", "table", "table_listing"}) {
    if (!json.contains(key) || !json[key].is_string())
      return fmt::format("\"{}\" is missing or no text", key);
  }
  for (const char* key : {"files", "sysctls", "addresses"}) {
    if (!json.contains(key) || !json[key].is_array()) return fmt::format("\"{}\" is missing or no list", key);
  }
  return "an entry lacks a part, or has one of another kind";
}

template <typename Entry>
void unite(std::vector<Entry>& into, const std::vector<Entry>& more) {
  for (const Entry& entry : more) {
    if (std::find(into.begin(), into.end(), entry) == into.end()) into.push_back(entry);
  }
}

}  // namespace

Memory underway(const Memory& before, const Memory& after, std::string doing,
                std::vector<std::string> steps) {
  Memory memory = after;
  unite(memory.addresses, before.addresses);
  unite(memory.files, before.files);
  unite(memory.peers, before.peers);
  memory.table.clear();
  memory.table_listing.clear();
  std::erase_if(memory.endpoints, [&](const auto& entry) {
    const auto old = before.endpoints.find(entry.first);
    return old == before.endpoints.end() || old->second != entry.second;
  });
  memory.doing = std::move(doing);
  memory.unfinished = std::move(steps);
  return memory;
}

std::string format_memory(const Memory& memory) {
  const Json json = {{"version", kVersion},
                     {"kernel", memory.kernel},
                     {"mesh", memory.mesh},
                     {"site", memory.site},
                     {"sysctls", sysctls_json(memory.sysctls)},
                     {"addresses", addresses_json(memory.addresses)},
                     {"files", memory.files},
                     {"table", memory.table},
                     {"table_listing", memory.table_listing},
                     {"endpoints", memory.endpoints},
                     {"peers", memory.peers},
                     {"doing", memory.doing},
                     {"unfinished", memory.unfinished}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Memory> parse_memory(std::string_view text) {
  bool too_deep = false;
  const auto guard = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  Json json;
  try {
    json = Json::parse(text, guard);
  } catch (const Json::parse_error& error) {
    return Error{fmt::format("it is damaged: no JSON any more from its byte {} on", error.byte)};
  } catch (const Json::exception&) {
    return Error{"it is damaged: it has a number that is too large"};
  }
  if (too_deep || !json.is_object() || !json.contains("version") || json["version"] != kVersion)
    return Error{"this version of trimtab did not write it"};
  try {
    Memory memory = read(json);
    if (is_safe(memory)) return memory;
    return Error{"it is damaged: it names a setting outside of net/"};
  } catch (const Json::exception&) {
    return Error{fmt::format("it is damaged: {}", what_is_wrong(json))};
  }
}

}  // namespace trimtab::network
