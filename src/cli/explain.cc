// trimtab explain DESTINATION: where the traffic to it goes, what every way would cost, and why. The daemon
// tells what BIRD has chosen; whether the kernel does so too is asked here, for another program may have a
// better route.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "cli/ask.h"
#include "cli/figures.h"
#include "cli/kernel_route.h"
#include "cli/table.h"
#include "os/processes.h"

namespace trimtab::cli {
namespace {

using control::Json;

std::string text_of(const Json& value) {
  return value.get<std::string>();
}

std::string show_path(const Json& candidate) {
  std::string path;
  for (const Json& site : candidate.at("path")) path += (path.empty() ? "" : " → ") + text_of(site);
  return path;
}

// The sentence that answers the question; the table below it is the proof.
std::string verdict(const Json& answer, bool path) {
  const std::string target =
      fmt::format("{} (site {})", text_of(answer.at("prefix")), text_of(answer.at("site")));
  if (answer.at("own").get<bool>()) return fmt::format("{} is this site's own LAN.\n", target);
  const Json& candidates = answer.at("candidates");
  if (candidates.empty() || !candidates[0].at("chosen").get<bool>()) {
    return coloured(
        Colour::red,
        fmt::format("{} has no route: no neighbour announces it (`trimtab status` tells of the links).\n",
                    target));
  }
  const Json& chosen = candidates[0];
  std::string text =
      fmt::format("{} goes through {}", target, coloured(Colour::bold, text_of(chosen.at("neighbour"))));
  if (path) {
    text += fmt::format(": {} = {} for the link to {} + {} announced",
                        show_worth(chosen.at("total_ms"), true), show_worth(chosen.at("own_link_ms"), true),
                        text_of(chosen.at("neighbour")), show_worth(chosen.at("announced_ms"), true));
  } else {
    text += ": its link has preference " + show_count(chosen.at("local_preference"));
  }
  if (candidates.size() == 1) return text + ". There is no other way.\n";
  const Json& next = candidates[1];
  text += fmt::format("; the next best is through {} at {}", text_of(next.at("neighbour")),
                      path ? show_worth(next.at("total_ms"), true) : show_count(next.at("local_preference")));
  const Json& margin = chosen.at("margin_ms");
  if (path && margin.is_number() && margin.get<double>() > 0)
    text += fmt::format(", and would have to be cheaper by {} to take over", show_worth(margin, true));
  return text + ".\n";
}

std::string show_candidates(const Json& answer, bool path) {
  using Align = Table::Align;
  Table table({{""},
               {"THROUGH"},
               {path ? "WHOLE PATH" : "PREFERENCE", Align::right},
               {"OWN LINK", Align::right},
               {"ANNOUNCED", Align::right},
               {"PATH"}});
  for (const Json& candidate : answer.at("candidates")) {
    const bool chosen = candidate.at("chosen").get<bool>();
    table.add(
        {chosen ? "*" : " ",
         {text_of(candidate.at("neighbour")), chosen ? Colour::bold : Colour::none},
         path ? show_worth(candidate.at("total_ms"), true) : show_count(candidate.at("local_preference")),
         show_worth(candidate.at("own_link_ms"), true),
         show_worth(candidate.at("announced_ms"), true),
         show_path(candidate)});
  }
  return table.text();
}

// The figures behind each own link's cost, and what is held back.
std::string show_links(const Json& answer, bool path) {
  std::string out;
  for (const Json& link : answer.at("links")) {
    out += fmt::format("link to {}: {}, RTT {} ms, loss {}, bandwidth {}, worth {}, published {}",
                       text_of(link.at("neighbour")), text_of(link.at("standing")), show_rtt(link),
                       show_loss(link), show_bandwidth(link),
                       show_worth(link.at(path ? "cost_ms" : "preference"), path),
                       show_worth(link.at(path ? "published_ms" : "published_preference"), path));
    const std::string note = show_note(link);
    out += (note.empty() ? "" : "; " + coloured(Colour::yellow, note)) + "\n";
  }
  return out;
}

bool is_chosen(const Json& answer) {
  const Json& candidates = answer.at("candidates");
  return !candidates.empty() && candidates[0].at("chosen").get<bool>();
}

// What the kernel does otherwise than BIRD has chosen. Where the mesh has no way, that is as good to know.
std::string show_kernel(const Json& answer) {
  const Json& kernel = answer.at("kernel");
  if (kernel.is_null() || kernel.at("as_chosen") != false) return {};
  const std::string fate = text_of(kernel.at("fate"));
  if (fate == "dropped" && !is_chosen(answer)) return {};  // as was to be expected
  const std::string destination = text_of(kernel.at("destination"));
  std::string does = fate;
  std::string see = "ip route get " + destination + " fibmatch";
  if (fate == "kept") does = "kept: that address is its own";
  // To `ip route get` the kernel says then no more than an error's number.
  if (fate == "dropped") see = "ip route show table all match " + destination;
  if (fate == "sent" || fate == "spread") {
    const Json& gateway = kernel.at("gateway");
    does = fmt::format(
        "{}, by the route to {}{}, metric {}",
        fate == "sent" ? "sent through " + text_of(kernel.at("interface")) : "spread over several ways",
        text_of(kernel.at("prefix")), gateway.is_null() ? "" : " via " + text_of(gateway),
        show_count(kernel.at("metric")));
  }
  return coloured(Colour::red, fmt::format("{} this router's own packets to {} are {} (`{}`).\n",
                                           is_chosen(answer) ? "But" : "Meanwhile", destination, does, see));
}

std::string show_explanation(const Json& answer) {
  const bool path = answer.at("policy") == "path";
  std::string out = verdict(answer, path) + show_kernel(answer);
  if (!answer.at("candidates").empty()) out += show_candidates(answer, path);
  return out + show_links(answer, path);
}

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

// Whether it leaves by the link that was chosen; null: the daemon has that link no more.
Json as_chosen(const Json& answer, const std::string& interface) {
  if (!is_chosen(answer)) return false;
  for (const Json& link : answer.at("links")) {
    if (link.at("neighbour") == answer.at("candidates")[0].at("neighbour")) {
      return link.at("interface") == interface;
    }
  }
  return nullptr;
}

// Null: it cannot be told, or it is this site's own LAN.
Json kernel_says(const Common& common, const Json& answer) {
  if (answer.at("own").get<bool>() || !is_here(common.socket)) return nullptr;
  const auto destination = address_in(answer);
  if (!destination) return nullptr;
  const auto route = kernel_route(*destination);
  if (!route) return nullptr;
  const bool sent = route->fate == KernelRoute::Fate::sent;
  const bool by_route = sent || route->fate == KernelRoute::Fate::spread;
  return {{"destination", destination->text()},
          {"fate", name_of(route->fate)},
          {"interface", sent ? Json(route->interface) : Json(nullptr)},
          {"prefix", by_route ? Json(route->matched.text()) : Json(nullptr)},
          {"gateway", route->gateway ? Json(route->gateway->text()) : Json(nullptr)},
          {"metric", by_route ? Json(route->metric) : Json(nullptr)},
          {"as_chosen", sent ? as_chosen(answer, route->interface) : Json(false)}};
}

int explain(const Common& common, const std::string& destination) {
  return while_asking(common, [&] {
    auto answer = ask(common, control::AskExplain{destination});
    if (!answer) return complain(answer.error());
    (*answer)["kernel"] = kernel_says(common, *answer);
    fmt::print("{}", common.json ? control::to_line(*answer) + "\n" : show_explanation(*answer));
    return kFine;
  });
}

}  // namespace

std::function<int()> declare_explain(CLI::App& app, const Common& common) {
  auto destination = std::make_shared<std::string>();
  app.add_option("destination", *destination, "an address, a prefix or a site's name")->required();
  return [&common, destination] { return explain(common, *destination); };
}

}  // namespace trimtab::cli
