#include "cli/kernel_says.h"

#include <fmt/core.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <filesystem>

#include "cli/figures.h"
#include "cli/kernel_route.h"
#include "cli/table.h"
#include "netlink/refusal.h"
#include "os/processes.h"
#include "os/sysctl.h"

namespace trimtab::cli {
namespace {

using control::Json;

// An address of what was asked for: itself, or the first host's of the prefix.
std::optional<IpAddress> address_in(const Json& answer) {
  const std::string asked = text_of(answer.at("destination"));
  if (const auto address = parse_address(asked)) return *address;
  auto prefix = parse_prefix(asked);
  if (!prefix) prefix = parse_prefix(text_of(answer.at("prefix")));
  if (!prefix) return std::nullopt;
  const bool one = prefix->length == address_bits(prefix->address.family);
  return one ? prefix->address : prefix->network().plus(1);
}

// Whether the daemon's network namespace is this one: its socket is among those of this one.
bool is_here(const std::string& socket) {
  const auto listening = os::listening_files_here();
  std::error_code error;
  const std::string path = std::filesystem::weakly_canonical(socket, error).string();
  return listening && std::find(listening->begin(), listening->end(), path) != listening->end();
}

std::string_view name_of(KernelRoute::Fate fate) {
  static constexpr std::string_view kNames[] = {"sent", "spread", "kept", "dropped"};
  return kNames[static_cast<std::size_t>(fate)];
}

// Whether it leaves by the link that was chosen, or stays in this site's own LAN; null: the daemon has that
// link no more.
Json as_chosen(const Json& answer, const KernelRoute& route) {
  if (answer.at("own").get<bool>()) {
    const auto lan = parse_prefix(text_of(answer.at("prefix")));
    return route.fate == KernelRoute::Fate::kept ||
           (route.fate == KernelRoute::Fate::sent && lan && lan->contains(route.matched));
  }
  if (route.fate != KernelRoute::Fate::sent || !is_chosen(answer)) return false;
  for (const Json& link : answer.at("links")) {
    if (link.at("neighbour") == answer.at("candidates")[0].at("neighbour")) {
      return link.at("interface") == route.interface;
    }
  }
  return nullptr;
}

Json to_json(const Json& answer, const IpAddress& destination, const KernelRoute& route) {
  const bool sent = route.fate == KernelRoute::Fate::sent;
  const bool by_route = sent || route.fate == KernelRoute::Fate::spread;
  return {{"destination", destination.text()},
          {"fate", name_of(route.fate)},
          {"interface", sent ? Json(route.interface) : Json(nullptr)},
          {"prefix", by_route ? Json(route.matched.text()) : Json(nullptr)},
          {"gateway", route.gateway ? Json(route.gateway->text()) : Json(nullptr)},
          {"metric", by_route ? Json(route.metric) : Json(nullptr)},
          {"table", by_route ? Json(route.table) : Json(nullptr)},
          {"as_chosen", as_chosen(answer, route)}};
}

// IPv4 asks the interface that a packet came in by, IPv6 one switch for all (ip6_forward in
// net/ipv6/ip6_output.c).
bool forwards(Family family, const std::string& interface) {
  const auto value = os::read_sysctl(family == Family::ipv4 ? "net/ipv4/conf/" + interface + "/forwarding"
                                                            : "net/ipv6/conf/all/forwarding");
  return !value || *value != "0";
}

// Of the destination's family; "fate": null where it is not reached from here.
Json from_lans(const Json& answer, const IpAddress& destination) {
  Json all = Json::array();
  for (const Json& text : answer.at("own_lans")) {
    const auto lan = parse_prefix(text_of(text));
    if (!lan || lan->address.family != destination.family) continue;
    const auto from = arrival_from(*lan);
    const auto route = from ? kernel_route(destination, from->arrival) : Error{"not reached from here"};
    if (!route) {
      all.push_back({{"lan", lan->text()}, {"fate", nullptr}});
      continue;
    }
    const bool forwarding = forwards(destination.family, from->interface);
    const bool stops = !forwarding && route->fate != KernelRoute::Fate::kept;
    Json one = to_json(answer, destination, stops ? KernelRoute{} : *route);
    one["lan"] = lan->text();
    one["source"] = from->arrival.source.text();
    one["arrives_by"] = from->interface;
    one["forwarding"] = forwarding;
    all.push_back(std::move(one));
  }
  return all;
}

// "sent through wan, by the route to 0.0.0.0/0 via 192.0.2.1, metric 0, table 100"
std::string show_fate(const Json& kernel) {
  const std::string fate = text_of(kernel.at("fate"));
  if (fate == "kept") return "kept: that address is this router's own";
  if (fate == "dropped")
    return kernel.value("forwarding", true) ? fate : "dropped, for this router does not forward them";
  const Json& gateway = kernel.at("gateway");
  const bool main = kernel.at("table") == RT_TABLE_MAIN;
  return fmt::format(
      "{}, by the route to {}{}, metric {}{}",
      fate == "sent" ? "sent through " + text_of(kernel.at("interface")) : "spread over several ways",
      text_of(kernel.at("prefix")), gateway.is_null() ? "" : " via " + text_of(gateway),
      show_count(kernel.at("metric")), main ? "" : ", table " + show_count(kernel.at("table")));
}

// Where a person sees the same. sysctl(8) takes slashes too, and then an interface may have a dot in its
// name.
std::string show_command(const Json& kernel) {
  const std::string destination = text_of(kernel.at("destination"));
  const bool forwarded = kernel.contains("lan");
  const bool ipv6 = destination.find(':') != std::string::npos;
  if (forwarded && !kernel.at("forwarding").get<bool>())
    return ipv6 ? "sysctl net/ipv6/conf/all/forwarding"
                : fmt::format("sysctl net/ipv4/conf/{}/forwarding", text_of(kernel.at("arrives_by")));
  if (kernel.at("fate") == "dropped")
    return netlink::command_for_dropped(destination) +
           (forwarded && !ipv6
                ? fmt::format("; sysctl net/ipv4/conf/{}/rp_filter", text_of(kernel.at("arrives_by")))
                : "");
  return fmt::format("ip route get {}{} fibmatch", destination,
                     forwarded ? fmt::format(" from {} iif {}", text_of(kernel.at("source")),
                                             text_of(kernel.at("arrives_by")))
                               : "");
}

bool says_otherwise(const Json& answer, const Json& kernel) {
  if (kernel.is_null() || kernel.at("as_chosen") != false) return false;
  if (answer.at("own").get<bool>()) return true;
  return kernel.at("fate") != "dropped" || is_chosen(answer);  // else as was to be expected
}

}  // namespace

bool is_chosen(const Json& answer) {
  const Json& candidates = answer.at("candidates");
  return !candidates.empty() && candidates[0].at("chosen").get<bool>();
}

void add_what_the_kernel_says(const Common& common, Json& answer) {
  answer["kernel"] = nullptr;
  answer["kernel_from_lans"] = Json::array();
  if (!is_here(common.socket)) return;
  const auto destination = address_in(answer);
  if (!destination) return;
  if (const auto route = kernel_route(*destination)) answer["kernel"] = to_json(answer, *destination, *route);
  if (!answer.at("own").get<bool>()) answer["kernel_from_lans"] = from_lans(answer, *destination);
}

std::string show_kernel(const Json& answer) {
  struct Line {
    std::string whose, destination, fate, command;
  };
  std::vector<Line> lines;  // what happens alike to several is told once
  const auto add = [&](const Json& kernel, const std::string& first, const std::string& more) {
    if (!says_otherwise(answer, kernel)) return;
    const std::string fate = show_fate(kernel);
    const auto same =
        std::find_if(lines.begin(), lines.end(), [&](const Line& line) { return line.fate == fate; });
    if (same != lines.end())
      same->whose += " and " + more;
    else
      lines.push_back({first, text_of(kernel.at("destination")), fate, show_command(kernel)});
  };
  add(answer.at("kernel"), "this router's own packets", "");
  std::string unasked;
  for (const Json& kernel : answer.at("kernel_from_lans")) {
    if (kernel.at("fate").is_null()) {
      unasked +=
          coloured(Colour::yellow,
                   fmt::format("Packets from {} were not asked about: no route leads there from here.\n",
                               text_of(kernel.at("lan"))));
      continue;
    }
    const std::string source = text_of(kernel.at("source"));
    add(kernel, "packets from " + source, "those from " + source);
  }
  const char* but = answer.at("own").get<bool>() || is_chosen(answer) ? "But" : "Meanwhile";
  std::string text;
  for (const Line& line : lines) {
    text += coloured(Colour::red, fmt::format("{} {} to {} are {} (`{}`).\n", but, line.whose,
                                              line.destination, line.fate, line.command));
  }
  return text + unasked;
}

}  // namespace trimtab::cli
