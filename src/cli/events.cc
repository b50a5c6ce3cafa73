// trimtab events: what the daemon saw and decided, oldest first.
#include <fmt/chrono.h>
#include <fmt/core.h>

#include <ctime>
#include <memory>

#include "cli/ask.h"
#include "cli/figures.h"
#include "cli/table.h"

namespace trimtab::cli {
namespace {

using control::Json;

// An answer may hold any number; one that is no time of any calendar is not shown as one.
std::string clock_time(double at) {
  constexpr double kYear10000_s = 253'402'300'800.0;
  if (!(at >= 0 && at < kYear10000_s)) return kUnknown;
  const auto seconds = static_cast<std::time_t>(at);
  return fmt::format("{:%H:%M:%S}.{:03d}", fmt::localtime(seconds),
                     static_cast<int>((at - static_cast<double>(seconds)) * 1000));
}

std::string show_events(const Json& answer) {
  if (answer.at("events").empty()) return "no events\n";
  Table table({{"NO", Table::Align::right}, {"AT"}, {"KIND"}, {"LINK TO"}, {"WHAT"}});
  for (const Json& event : answer.at("events")) {
    table.add({show_count(event.at("number")), clock_time(event.at("at").get<double>()),
               event.at("kind").get<std::string>(),
               event.at("link").is_null() ? "" : event.at("link").get<std::string>(),
               event.at("text").get<std::string>()});
  }
  return table.text();
}

}  // namespace

std::function<int()> declare_events(CLI::App& app, const Common& common) {
  auto since = std::make_shared<std::uint64_t>(0);
  app.add_option("--since", *since, "only events with a higher number")
      ->type_name("NO")
      ->check(CLI::Validator(complaint_about_number, ""));
  return [&common, since] { return ask_and_show(common, control::AskEvents{*since}, show_events); };
}

}  // namespace trimtab::cli
