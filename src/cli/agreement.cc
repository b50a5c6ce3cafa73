#include "cli/agreement.h"

#include <fmt/core.h>

#include "cli/command.h"
#include "cli/table.h"
#include "control/json.h"

namespace trimtab::cli {
namespace {

using control::Json;
using sim::Agreement;

struct Row {
  std::string name;
  Agreement detector, two_in_a_row;

  Row& operator+=(const Row& other) {
    detector += other.detector;
    two_in_a_row += other.two_in_a_row;
    return *this;
  }
};

// The detector's constants were tuned on every other published link: the first, the third, and so on. The
// others show what they are worth.
bool tuned_on(std::size_t place) {
  return place % 2 == 0;
}

Json to_json(const Agreement& agreement) {
  return {{"shifts", agreement.shifts},
          {"found", agreement.found},
          {"false_alarms", agreement.false_alarms},
          {"at_small_changes", agreement.at_small},
          {"false_alarms_per_day", agreement.false_alarms_per_day()},
          {"precision", agreement.precision()},
          {"recall", agreement.recall()},
          {"f1", agreement.f1()},
          {"strict_f1", agreement.strict_f1()}};
}

Json to_json(const Row& row) {
  return {{"link", row.name},
          {"days", row.detector.days},
          {"detector", to_json(row.detector)},
          {"two_in_a_row", to_json(row.two_in_a_row)}};
}

std::vector<Cell> cells(const Row& row) {
  const Agreement& told = row.detector;
  const auto share = [&](double value) { return told.shifts > 0 ? fmt::format("{:.3f}", value) : "-"; };
  return {{row.name},
          {fmt::format("{:.1f}", told.days)},
          {fmt::format("{}", told.shifts)},
          {fmt::format("{}", told.found)},
          {fmt::format("{}", told.false_alarms)},
          {fmt::format("{:.3f}", told.false_alarms_per_day())},
          {share(told.precision())},
          {share(told.recall())},
          {share(told.f1())},
          {share(told.strict_f1())},
          {share(row.two_in_a_row.f1())}};
}

}  // namespace

int show_agreement(const std::vector<sim::LabelledLink>& links, bool json) {
  using Align = Table::Align;
  Table table({{"LINK"},
               {"DAYS", Align::right},
               {"SHIFTS", Align::right},
               {"FOUND", Align::right},
               {"FALSE", Align::right},
               {"FALSE/DAY", Align::right},
               {"PRECISION", Align::right},
               {"RECALL", Align::right},
               {"F1", Align::right},
               {"STRICT F1", Align::right},
               {"F1 OF TWO IN A ROW", Align::right}});
  Row tuned{.name = "tuned on"}, unseen{.name = "not tuned on"}, all{.name = "all"};
  Json array = Json::array();
  for (std::size_t i = 0; i < links.size(); ++i) {
    const Row row{.name = links[i].name,
                  .detector = judge(links[i], sim::level_shift_detector()),
                  .two_in_a_row = judge(links[i], sim::two_in_a_row_detector())};
    (tuned_on(i) ? tuned : unseen) += row;
    all += row;
    table.add(cells(row));
    array.push_back(to_json(row));
    array.back()["tuned_on"] = tuned_on(i);
  }
  for (const Row* row : {&tuned, &unseen, &all}) table.add(cells(*row));
  if (json) {
    fmt::print("{}\n", control::to_line({{"links", array},
                                         {"tuned_on", to_json(tuned)},
                                         {"not_tuned_on", to_json(unseen)},
                                         {"all", to_json(all)}}));
  } else {
    fmt::print("{}", table.text());
  }
  return kFine;
}

}  // namespace trimtab::cli
