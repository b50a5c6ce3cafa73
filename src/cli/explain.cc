// trimtab explain DESTINATION: where the traffic to it goes, what every way would cost, and why. The daemon
// tells what BIRD has chosen; whether the kernel does so too is asked here, for another program may have a
// better route.
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "cli/ask.h"
#include "cli/figures.h"
#include "cli/kernel_route.h"
#include "cli/table.h"

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
    return coloured(Colour::red, fmt::format("{} has no route: no neighbour announces it.\n", target));
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

// Where the mesh has no way, what the kernel does instead is as good to know.
std::string show_kernel(const Json& answer) {
  const Json& kernel = answer.at("kernel");
  if (kernel.is_null() || kernel.at("as_chosen").get<bool>()) return {};
  const std::string destination = text_of(kernel.at("destination"));
  if (kernel.at("interface").is_null()) {
    return is_chosen(answer)
               ? coloured(Colour::red, fmt::format("But this kernel drops what goes to {} (`ip route "
                                                   "get {} fibmatch`).\n",
                                                   destination, destination))
               : "";
  }
  const Json& gateway = kernel.at("gateway");
  return coloured(Colour::red, fmt::format("{} this kernel sends what goes to {} through {}, by its route to "
                                           "{}{}, metric {} (`ip route get {} "
                                           "fibmatch`).\n",
                                           is_chosen(answer) ? "But" : "Meanwhile", destination,
                                           text_of(kernel.at("interface")), text_of(kernel.at("prefix")),
                                           gateway.is_null() ? "" : " via " + text_of(gateway),
                                           show_count(kernel.at("metric")), destination));
}

std::string show_explanation(const Json& answer) {
  const bool path = answer.at("policy") == "path";
  std::string out = verdict(answer, path) + show_kernel(answer);
  if (!answer.at("candidates").empty()) out += show_candidates(answer, path);
  return out + show_links(answer, path);
}

// An address of the prefix, or the very one that was asked for.
std::optional<IpAddress> address_in(const Json& answer) {
  const auto asked = parse_address(text_of(answer.at("destination")));
  if (asked) return *asked;
  const auto prefix = parse_prefix(text_of(answer.at("prefix")));
  if (!prefix) return std::nullopt;
  const bool one = prefix->length == address_bits(prefix->address.family);
  return one ? prefix->address : prefix->network().plus(1);
}

// Whether the daemon's network namespace is this one: its links' interfaces are here.
bool is_here(const Common& common, const Json& answer) {
  const auto any = [](const Json& links) {
    return std::any_of(links.begin(), links.end(),
                       [](const Json& link) { return has_interface(text_of(link.at("interface"))); });
  };
  if (!answer.at("links").empty()) return any(answer.at("links"));
  const auto status = ask(common, control::AskStatus{});
  return status && any(status->value("links", Json::array()));
}

// Null: it cannot be told, or it is this site's own.
Json kernel_says(const Common& common, const Json& answer) {
  if (answer.at("own").get<bool>() || !is_here(common, answer)) return nullptr;
  const auto destination = address_in(answer);
  if (!destination) return nullptr;
  const auto route = kernel_route(*destination);
  if (!route || (*route && (*route)->interface.empty())) return nullptr;
  Json kernel{{"destination", destination->text()},
              {"interface", nullptr},
              {"prefix", nullptr},
              {"gateway", nullptr},
              {"metric", nullptr},
              {"as_chosen", false}};
  if (!*route) return kernel;
  const KernelRoute& found = **route;
  kernel["interface"] = found.interface;
  kernel["prefix"] = found.matched.text();
  if (found.gateway) kernel["gateway"] = found.gateway->text();
  kernel["metric"] = found.metric;
  kernel["as_chosen"] =
      is_chosen(answer) && text_of(answer.at("links").at(0).at("interface")) == found.interface;
  return kernel;
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
