// trimtab explain DESTINATION: where the traffic to it goes, what every way would cost, and why. The daemon
// tells what BIRD has chosen; whether the kernel does so too is asked here.
#include <fmt/core.h>

#include <memory>

#include "cli/ask.h"
#include "cli/figures.h"
#include "cli/kernel_says.h"
#include "cli/table.h"

namespace trimtab::cli {
namespace {

using control::Json;

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
  if (!is_chosen(answer)) {
    const bool alone = answer.at("sessions") == 0;
    return coloured(
        Colour::red,
        fmt::format(
            "{} has no route: {} (`trimtab status` tells of the links).\n", target,
            alone ? "no neighbour's session is up"
                  : "no neighbour announces it; is its lan_interface up there, with an address in it?"));
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
  if (path && margin.is_number() && margin.get<double>() > 0) {
    text +=
        fmt::format(", and would have to be cheaper by {} to take over at once", show_worth(margin, true));
    if (const auto ends = answer.find("margin_ends_s"); ends != answer.end() && ends->is_number())
      text += fmt::format("; it does in {} if both stay as they are", show_age(*ends));
  }
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

std::string show_explanation(const Json& answer) {
  const bool path = answer.at("policy") == "path";
  std::string out = verdict(answer, path) + show_kernel(answer);
  if (!answer.at("candidates").empty()) out += show_candidates(answer, path);
  out += show_links(answer, path);
  for (const Json& prefix : answer.at("other_prefixes")) {
    out += fmt::format("The site has {} as well (`trimtab explain {}`).\n", text_of(prefix), text_of(prefix));
  }
  return out;
}

int explain(const Common& common, const std::string& destination) {
  return while_asking(common, [&] {
    auto answer = ask(common, control::AskExplain{destination});
    if (!answer) return complain(answer.error());
    add_what_the_kernel_says(common, *answer);
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
