// The [mesh] table, and the way through all tables.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "mesh/addressing.h"
#include "mesh/readers.h"

namespace trimtab::mesh {
namespace {

// Routes wider than this are not a private network; a default route is not carried at all.
constexpr int kShortestPrefix = 8;

// The name is part of wg0's alias, of which the kernel takes 255 bytes.
constexpr std::size_t kMaxNameLength = 63;

bool is_routable(const Prefix& prefix) {
  const std::uint8_t first = prefix.network().bytes[0];
  if (prefix.address.family == Family::ipv6) {
    // ::/8 has the unspecified, the loopback and IPv4's mapped addresses; link-local ones are of a link
    // alone.
    const IpAddress link_local{Family::ipv6, {0xfe, 0x80}};
    return first != 0 && first != 0xff && !Prefix{link_local, 10}.overlaps(prefix);
  }
  const bool link_local = Prefix{IpAddress::ipv4(0xa9fe0000), 16}.overlaps(prefix);
  return first != 0 && first != 127 && first < 224 && !link_local;
}

const char* private_range(Family family) {
  return family == Family::ipv4 ? "10.0.0.0/8" : "fd00::/8";
}

// One prefix of any key, judged by itself.
bool accept_prefix(std::string_view key, const Said<Prefix>& prefix, Mistakes& mistakes) {
  const std::string text = prefix.value.text();
  if (prefix.value.has_host_bits()) {
    mistakes.error(prefix.at, fmt::format("{}: {} has host bits set; write {}/{}", key, text,
                                          prefix.value.network().text(), prefix.value.length));
  } else if (prefix.value.length < kShortestPrefix) {
    mistakes.error(prefix.at,
                   fmt::format("{}: {} is too wide; write a /{} or longer", key, text, kShortestPrefix));
  } else if (!is_routable(prefix.value)) {
    mistakes.error(prefix.at, fmt::format("{}: {} cannot be routed; take a private range, like {}", key, text,
                                          private_range(prefix.value.address.family)));
  } else {
    return true;
  }
  return false;
}

// `overlay` and `links`: one prefix per family, no longer than these (IPv4's, IPv6's).
Prefixes read_pool(TableReader& table, std::string_view key, const std::array<int, 2>& longest) {
  Prefixes read = read_prefixes(table, key);
  Prefixes pool{.complete = read.complete};
  for (const Said<Prefix>& prefix : read.list) {
    const Family family = prefix.value.address.family;
    const int limit = longest[family == Family::ipv4 ? 0 : 1];
    const bool repeated = std::any_of(pool.list.begin(), pool.list.end(), [&](const Said<Prefix>& other) {
      return other.value.address.family == family;
    });
    if (repeated) {
      table.mistakes().error(
          prefix.at, fmt::format("{} has two IPv{} prefixes; keep one", key, family == Family::ipv4 ? 4 : 6));
    } else if (prefix.value.length > limit) {
      table.mistakes().error(prefix.at,
                             fmt::format("{}: {} has no room for two sites; write a /{} or shorter", key,
                                         prefix.value.text(), limit));
    } else {
      pool.list.push_back(prefix);
      continue;
    }
    pool.complete = false;
  }
  // IPv4 first, as everywhere: it is what GRE and BGP run over where there is a choice.
  std::stable_partition(pool.list.begin(), pool.list.end(), [](const Said<Prefix>& prefix) {
    return prefix.value.address.family == Family::ipv4;
  });
  return pool;
}

void read_name(TableReader& table, Draft& draft) {
  const auto name = table.string("name");
  if (!name) return;
  if (!is_name(name->value)) {
    table.mistakes().error(name->at,
                           fmt::format("name \"{}\" does not fit; write lower-case letters, digits and "
                                       "hyphens, a letter first",
                                       name->value));
  } else if (name->value.size() > kMaxNameLength) {
    table.mistakes().error(name->at, fmt::format("a name of {} characters; write at most {}",
                                                 name->value.size(), kMaxNameLength));
  }
  draft.name = name->value;
}

// The tables of one kind, `[[site]]` or `[[link]]`.
template <typename Read>
void read_each(const Document& document, std::string_view key, Mistakes& mistakes, Read read) {
  const Entry* entry = find_entry(document.root, key);
  if (entry == nullptr) return;
  const auto refuse = [&](Position at) {
    mistakes.error(at, fmt::format("{} is not a list of tables; head each one with [[{}]]", key, key));
  };
  if (entry->value.array() == nullptr) return refuse(entry->at);
  for (const Value& item : *entry->value.array()) {
    if (item.table() == nullptr) return refuse(item.begin);
    TableReader table(*item.table(), item.begin, fmt::format("[[{}]]", key), mistakes);
    read(table);
  }
}

// A table that stands once. Absent: empty.
struct Single {
  Table none;
  const Table* table = &none;
  Position at;
};

void find_single(const Document& document, std::string_view key, Mistakes& mistakes, Single& single) {
  const Entry* entry = find_entry(document.root, key);
  if (entry == nullptr) return;
  single.at = entry->value.begin;
  if (entry->value.table() != nullptr) {
    single.table = entry->value.table();
  } else {
    mistakes.error(entry->at, fmt::format("{} is not a table; head it with [{}]", key, key));
  }
}

void refuse_unknown_tables(const Document& document, Mistakes& mistakes) {
  TableReader root(document.root, {}, "the file", mistakes);
  for (const char* key : {"mesh", "tuning", "site", "link"}) root.take(key);
  root.refuse_unknown();
}

void require_tables(const Document& document, TableReader& mesh) {
  const Entry* table = find_entry(document.root, "mesh");
  if (table == nullptr) {
    mesh.mistakes().error({}, "there is no [mesh]; `trimtab init` writes a file to start from");
  } else if (table->value.table() != nullptr) {
    mesh.require("name", "name = \"home\"");
    mesh.require_some("overlay", "overlay = \"10.255.0.0/24\"");
    mesh.require_some("links", "links = \"172.31.0.0/16\"");
    mesh.require_some("lans", "lans = [\"10.10.0.0/16\"]");
    if (find_entry(document.root, "site") == nullptr) {
      mesh.mistakes().error(mesh.at(), "there is no [[site]]; `trimtab site add` writes one");
    }
  }
}

}  // namespace

Prefixes read_prefixes(TableReader& table, std::string_view key) {
  Prefixes prefixes;
  for (const Said<std::string>& text : table.strings(key)) {
    const auto prefix = table.parsed(key, text, &parse_prefix);
    if (prefix && accept_prefix(key, *prefix, table.mistakes())) {
      prefixes.list.push_back(*prefix);
    } else {
      prefixes.complete = false;
    }
  }
  return prefixes;
}

void read_mesh_table(TableReader& table, Draft& draft) {
  draft.mesh_at = table.at();
  read_name(table, draft);
  draft.overlay = read_pool(table, "overlay", {30, 126}).list;
  const Prefixes links = read_pool(table, "links", {30, kIpv6LinkPrefix});
  draft.link_pool = links.list;
  draft.link_pool_complete = links.complete;
  const Prefixes lans = read_prefixes(table, "lans");
  if (lans.complete) draft.lans = lans.list;
  if (const auto policy = table.choice("policy", {"path", "score"}))
    draft.policy = static_cast<Policy>(policy->value);
  if (const auto encapsulation = table.choice("encapsulation", {"gre", "none"}))
    draft.encapsulation = static_cast<Encapsulation>(encapsulation->value);
  if (const auto community = table.integer("community", 1, 4'294'967'295)) {
    draft.community = static_cast<std::uint32_t>(community->value);
  }
  if (const auto bits = table.integer("link_prefix", 30, 31))
    draft.link_prefix = static_cast<int>(bits->value);
}

Draft read_draft(const Document& document, Mistakes& mistakes) {
  Draft draft;
  refuse_unknown_tables(document, mistakes);
  Single mesh;
  find_single(document, "mesh", mistakes, mesh);
  Single tuning;
  find_single(document, "tuning", mistakes, tuning);
  TableReader mesh_table(*mesh.table, mesh.at, "[mesh]", mistakes);
  TableReader tuning_table(*tuning.table, tuning.at, "[tuning]", mistakes);
  read_mesh_table(mesh_table, draft);
  read_tuning(mesh_table, tuning_table, draft.tuning);
  mesh_table.refuse_unknown(
      [](std::string_view key) { return is_tuning_key(key) ? "[tuning]" : std::string_view(); });
  tuning_table.refuse_unknown([](std::string_view key) {
    return key == "interval" || key == "probes" || key == "smoothing" ? "[mesh]" : std::string_view();
  });
  read_each(document, "site", mistakes,
            [&](TableReader& table) { draft.sites.push_back(read_site(table, document.incomplete)); });
  read_each(document, "link", mistakes,
            [&](TableReader& table) { draft.links.push_back(read_link(table, document.incomplete)); });
  if (!document.incomplete) require_tables(document, mesh_table);
  return draft;
}

}  // namespace trimtab::mesh
