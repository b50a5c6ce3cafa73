// One [[site]].
#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "mesh/addressing.h"
#include "mesh/mtu.h"
#include "mesh/public_key.h"
#include "mesh/readers.h"

namespace trimtab::mesh {
namespace {

constexpr int kMinWanMtu = kMinLinkMtu + 80 + 24;  // WireGuard over IPv6, GRE over IPv4
constexpr std::size_t kMaxLabelLength = 63;        // a label of a host name

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  bool only_numbers = true;  // then it is an address with a mistake in it
  while (!host.empty()) {
    const std::string_view label = host.substr(0, host.find('.'));
    if (label.empty() || label.size() > kMaxLabelLength || label.front() == '-' || label.back() == '-')
      return false;
    if (!std::all_of(label.begin(), label.end(), is_host_character)) return false;
    only_numbers = only_numbers && label.find_first_not_of("0123456789") == std::string_view::npos;
    host.remove_prefix(std::min(host.size(), label.size() + 1));
  }
  return !only_numbers;
}

// One host's own address: not everybody's, not a group's, not the asker's own, none that means another host
// on every wire (link-local), and no IPv4 address in IPv6's clothes (WireGuard would send to it over
// neither).
bool can_be_called(const IpAddress& address) {
  const auto& bytes = address.bytes;
  if (address.family == Family::ipv4) {
    const bool link_local = bytes[0] == 169 && bytes[1] == 254;
    return bytes[0] != 0 && bytes[0] != 127 && bytes[0] < 224 && !link_local;
  }
  const bool link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
  const bool zeros = std::all_of(bytes.begin(), bytes.begin() + 10, [](auto byte) { return byte == 0; });
  const bool holds_ipv4 = zeros && bytes[10] == bytes[11] && (bytes[10] == 0 || bytes[10] == 0xff);
  return bytes[0] != 0xff && !link_local && !holds_ipv4;  // :: and ::1 are among the last
}

// The text of an IPv6 address with or without something like a port after it, and no brackets.
bool is_bare_ipv6(std::string_view text) {
  return std::count(text.begin(), text.end(), ':') > 1 && text.front() != '[' &&
         text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

// "192.0.2.1:51820", "[2001:db8::1]:51820", "a.example.net:51820".
Result<Endpoint> parse_endpoint(std::string_view text) {
  const Error bad{fmt::format("\"{}\" is not an endpoint", text),
                  "write address or name and port, like \"a.example.net:51820\" or \"[2001:db8::1]:51820\""};
  if (is_bare_ipv6(text)) {
    return Error{fmt::format("\"{}\" does not say where the address ends and the port begins", text),
                 "put the IPv6 address in brackets, like \"[2001:db8::1]:51820\""};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  int port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port < 1 || port > 65535) return bad;
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = parse_address(host);
  if (address.ok() && !can_be_called(*address)) {
    return Error{fmt::format("nobody can be called at {}", address->text()),
                 "write the address that the other sites see"};
  }
  if (address.ok() ? (address->family == Family::ipv6) != bracketed : bracketed || !is_host_name(host))
    return bad;
  return Endpoint{address.ok() ? address->text() : std::string(host), static_cast<std::uint16_t>(port)};
}

Outer family_of(const Endpoint& endpoint) {
  const auto address = parse_address(endpoint.host);
  if (!address.ok()) return Outer::any;
  return address->family == Family::ipv4 ? Outer::ipv4 : Outer::ipv6;
}

void read_identity(TableReader& table, DraftSite& site) {
  site.name = table.string("name");
  if (site.name && (!is_name(site.name->value) || site.name->value.size() > kMaxLabelLength)) {
    table.mistakes().error(site.name->at,
                           fmt::format("name \"{}\" does not fit; write lower-case letters, digits and "
                                       "hyphens, a letter first",
                                       site.name->value));
  }
  if (const auto id = table.integer("id", 1, kMaxSiteId)) site.id = {static_cast<SiteId>(id->value), id->at};
  if (const auto asn = table.integer("asn", 1, 4'294'967'294)) {
    if (asn->value == 23456 || asn->value == 65535) {  // RFC 6793, RFC 7300
      table.mistakes().error(asn->at,
                             fmt::format("asn {} is reserved; take a private one, like 65001", asn->value));
    } else {
      site.asn = {static_cast<Asn>(asn->value), asn->at};
    }
  }
  site.public_key = table.parsed("public_key", &parse_public_key);
}

void read_lan(TableReader& table, DraftSite& site) {
  site.lan = read_prefixes(table, "lan").list;
  site.lan_interface = table.string("lan_interface");
  if (site.lan_interface) {
    const std::string wrong = interface_mistake(site.lan_interface->value);
    if (!wrong.empty()) table.mistakes().error(site.lan_interface->at, "lan_interface " + wrong);
  } else if (!site.lan.empty() && !table.has("lan_interface")) {
    table.mistakes().error(table.take("lan")->at,
                           site.title() +
                               " has a lan and no lan_interface; name the interface that has an address in "
                               "it, like lan_interface = \"br-lan\"");
  }
}

void read_wan(TableReader& table, DraftSite& site) {
  site.endpoint_said = table.has("endpoint");
  site.endpoint = table.parsed("endpoint", &parse_endpoint);
  if (site.endpoint) site.outer = family_of(site.endpoint->value);
  const auto outer = table.choice("outer", {"4", "6", "any"});
  if (outer) {
    const Outer said = static_cast<Outer>(outer->value);
    const Outer given = site.endpoint ? site.outer : Outer::any;
    if (said != Outer::any && given != Outer::any && said != given) {
      table.mistakes().error(outer->at, fmt::format("outer contradicts the endpoint {}; leave it out",
                                                    site.endpoint->value.host));
    }
    site.outer = said;
  }
  const auto mtu = table.integer("wan_mtu", kMinWanMtu, 65535);
  if (mtu && site.outer == Outer::ipv6 && mtu->value < kMinIpv6Mtu) {
    table.mistakes().error(
        mtu->at, fmt::format("wan_mtu {} cannot work with IPv6 outside; it takes at least {}", mtu->value,
                             kMinIpv6Mtu));
  } else if (mtu) {
    site.wan_mtu = {static_cast<int>(mtu->value), mtu->at};
  } else if (!table.has("wan_mtu")) {
    site.wan_mtu = {Site{}.wan_mtu, site.at};
  }
  site.transit = table.boolean("transit").value_or(true);
  site.metered = table.boolean("metered").value_or(false);
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

std::string interface_mistake(std::string_view name) {
  // What has a place of its own in /proc/sys, what trimtab calls its own, what the kernel makes with a
  // module.
  constexpr std::string_view kReserved[] = {"lo",      "all",      "default", "wg0",     "trimtab0",
                                            "gre0",    "gretap0",  "erspan0", "ip6gre0", "ip6tnl0",
                                            "ip_vti0", "ip6_vti0", "tunl0",   "sit0"};
  if (name.empty() || name.size() > kMaxInterfaceLength) {
    return fmt::format("\"{}\" has {} characters; the kernel takes 1 to {}", name, name.size(),
                       kMaxInterfaceLength);
  }
  const bool plain =
      std::all_of(name.begin(), name.end(), [](char c) { return is_host_character(c) || c == '.'; });
  if (!plain || name.front() == '-' || name.front() == '.') {
    return fmt::format("\"{}\" does not fit; write letters, digits, \".\", \"-\" and \"_\"", name);
  }
  if (std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved)) {
    return fmt::format("\"{}\" is taken by the system or by trimtab; choose another", name);
  }
  return {};
}

DraftSite read_site(TableReader& table, bool incomplete) {
  DraftSite site;
  site.at = table.at();
  read_identity(table, site);
  read_lan(table, site);
  read_wan(table, site);
  table.refuse_unknown();
  if (incomplete) return site;
  table.require("name", "name = \"a\"");
  table.require("id", "id = 1");
  table.require("asn", "asn = 65001");
  if (!table.has("public_key")) {
    table.mistakes().missing_key(
        site.at,
        fmt::format("{} has no public_key; `trimtab keygen` on that router prints it", site.title()));
  }
  return site;
}

}  // namespace trimtab::mesh
