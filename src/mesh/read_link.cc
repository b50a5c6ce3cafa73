// One [[link]].
#include <fmt/core.h>

#include "mesh/addressing.h"
#include "mesh/mtu.h"
#include "mesh/readers.h"
#include "mesh/rules.h"

namespace trimtab::mesh {
namespace {

// Above it a cost is last resort, whatever was measured (1,000,000 ms).
constexpr Duration kMostBias = std::chrono::seconds{1000};

void read_between(TableReader& table, DraftLink& link) {
  const Entry* entry = table.take("between");
  if (entry == nullptr) return;
  const Array* names = entry->value.array();
  if (names == nullptr || names->size() != 2 || !(*names)[0].string() || !(*names)[1].string()) {
    table.mistakes().error(entry->value.begin, "between takes two sites; write between = [\"a\", \"b\"]");
    return;
  }
  for (std::size_t i = 0; i < 2; ++i) link.between[i] = {*(*names)[i].string(), (*names)[i].begin};
}

void read_subnet(TableReader& table, DraftLink& link) {
  for (const Said<Prefix>& subnet : read_prefixes(table, "subnet").list) {
    const Prefix& prefix = subnet.value;
    const bool ipv4 = prefix.address.family == Family::ipv4;
    if (declared_subnet(link, prefix.address.family) != nullptr) {
      table.mistakes().error(subnet.at, fmt::format("subnet takes one IPv{} prefix; keep one", ipv4 ? 4 : 6));
    } else if (ipv4 && (prefix.length < 30 || prefix.length > 31)) {
      table.mistakes().error(subnet.at, fmt::format("subnet {} must be a /30 or a /31", prefix.text()));
    } else if (!ipv4 && prefix.length != kIpv6LinkPrefix) {
      table.mistakes().error(subnet.at, fmt::format("subnet {} must be a /127", prefix.text()));
    } else {
      link.subnet.push_back(subnet);
    }
  }
}

// interfaces = { a = "to-b", b = "to-a" }: one site or both.
void read_interfaces(TableReader& table, DraftLink& link) {
  const Entry* entry = table.take("interfaces");
  if (entry == nullptr) return;
  if (entry->value.table() == nullptr) {
    table.mistakes().error(entry->value.begin,
                           "interfaces takes a name per site; write interfaces = { a = \"to-b\" }");
    return;
  }
  for (const Entry& end : *entry->value.table()) {
    const std::string* name = end.value.string();
    if (name == nullptr) {
      table.mistakes().error(end.value.begin, fmt::format("the interface at {} must be a string", end.key));
    } else if (const std::string wrong = interface_mistake(*name); !wrong.empty()) {
      table.mistakes().error(end.value.begin, "interface " + wrong);
    } else {
      link.interfaces.emplace_back(Said<std::string>{end.key, end.at},
                                   Said<std::string>{*name, end.value.begin});
    }
  }
}

}  // namespace

DraftLink read_link(TableReader& table, bool incomplete) {
  DraftLink link;
  link.at = table.at();
  read_between(table, link);
  read_subnet(table, link);
  read_interfaces(table, link);
  if (const auto mtu = table.integer("mtu", kMinLinkMtu, 65535))
    link.mtu = {static_cast<int>(mtu->value), mtu->at};
  if (const auto bandwidth = table.parsed("bandwidth", &parse_rate, "a rate in quotes, like \"200M\""))
    link.bandwidth = bandwidth->value;
  if (const auto bias = table.duration("bias", Duration{0}, kMostBias)) link.bias = bias->value;
  link.metered = table.boolean("metered").value_or(false);
  if (const auto budget = table.parsed("budget", &parse_byte_count, "bytes in quotes, like \"50MB\""))
    link.budget_bytes_per_day = budget->value;
  if (const auto bfd = table.choice("bfd", {"fast", "slow", "off"})) link.bfd = static_cast<Bfd>(bfd->value);
  table.refuse_unknown();
  if (!incomplete) table.require("between", "between = [\"a\", \"b\"]");
  return link;
}

}  // namespace trimtab::mesh
