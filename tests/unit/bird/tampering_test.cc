// Another hand in the metrics file: what is undone, what is an alarm, what is somebody's good right.
#include "bird/publisher.h"
#include "unit/bird/conversation_steps.h"

namespace trimtab::bird::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
constexpr Duration k0{};

// Wanted, in the file and in force: 100.
void settle(Stage& stage) {
  stage.connect_and_settle();
  stage.publish(k0, 100, {});
}

// From "candidate written" to "published", back at 100.
void mend(Stage& stage) {
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(k0, "checked", stage.says(kFine), {"replace: COST_2=100"});
  stage.step(k0, "replaced", FileDone{}, {"send 1: configure"});
  stage.step(k0, "configured", stage.says(kDone), {"send 1: show protocols \"site_*\""});
  stage.step(k0, "protocols", stage.says(kProtocols), {"send 1: show bfd sessions"});
  stage.step(k0, "bfd", stage.says(kBfd), {"sessions: 2+bfd 3+"});
}

TEST(Tampering, WhateverWasDoneToItTheFileIsWrittenAnew) {
  const MetricsFound truncated{"", ""}, cut{format_metrics(costs(100)).substr(0, 20), ""};
  for (const MetricsFound& found : {truncated, cut, MetricsFound{format_metrics(costs(7)), ""},
                                    MetricsFound{"", "is gone"}, MetricsFound{"", "is a symbolic link"}}) {
    Stage stage(costs(100));
    settle(stage);
    const std::string what = found.fault.empty() ? "was changed by another hand" : found.fault;
    stage.step(
        seconds{1}, what, found,
        {"tampered: the metrics file " + what, "candidate: COST_2=100", "send 1: show protocols \"site_*\""});
    stage.step(k0, "protocols", stage.says(kProtocols), {"send 1: show bfd sessions"});
    stage.step(k0, "bfd", stage.says(kBfd), {"sessions: 2+bfd 3+"});
    mend(stage);
    stage.step(k0, "as it was", stage.found(costs(100)), {});
  }
}

TEST(Tampering, TheSecondTimeItIsAnAlarmUntilItIsRightOrTenMinutesHavePassed) {
  Stage stage(costs(100));
  settle(stage);
  const MetricsFound gone{"", "is gone"};
  stage.step(k0, "gone", gone, {"tampered: the metrics file is gone", "candidate: COST_2=100"});
  mend(stage);
  stage.step(seconds{1}, "gone again", gone,
             {"tampered: the metrics file is gone again", "send 1: show protocols \"site_*\"",
              "state: connected (the metrics file is gone again)"});
  stage.step(k0, "protocols", stage.says(kProtocols), {"send 1: show bfd sessions"});
  stage.step(k0, "bfd", stage.says(kBfd), {"sessions: 2+bfd 3+"});
  stage.step(k0, "still gone: it is said once", gone, {});
  stage.step(k0, "somebody put it back", stage.found(costs(100)), {"state: connected"});
  stage.step(
      minutes{10}, "gone for the third time", gone,
      {"tampered: the metrics file is gone", "candidate: COST_2=100", "send 1: show protocols \"site_*\""});
}

TEST(Tampering, NewValuesAreWrittenWhateverTheAlarm) {
  Stage stage(costs(100));
  settle(stage);
  const MetricsFound gone{"", "is gone"};
  stage.step(k0, "gone", gone, {"tampered: the metrics file is gone", "candidate: COST_2=100"});
  mend(stage);
  stage.step(
      k0, "gone again", gone,
      {"tampered: the metrics file is gone again", "state: connected (the metrics file is gone again)"});
  stage.publish(k0, 213, {"state: connected pending (the metrics file is gone again)"});
  stage.step(seconds{1}, "a second after the last", TimePassed{},
             {"candidate: COST_2=213", "send 1: show protocols \"site_*\""});
}

TEST(Tampering, AFileForOtherLinksIsUpsAndLeftWhereBirdIsNotThereToCheck) {
  Stage stage(costs(100));
  stage.publish(k0, 100, {"state: connecting pending"});
  stage.step(k0, "no BIRD", stage.refused_connection(), {"state: absent pending (cannot connect)"});
  const Metrics more{.values = {{2, 100}, {3, kLastResortCost}}};
  stage.step(k0, "a link more", stage.found(more), {});
  stage.publish(seconds{2}, 213, {});
  stage.step(k0, "and as many as we know", stage.found(costs(100)), {"replace: COST_2=213"});
}

TEST(Tampering, AReplacementThatWasToldAsFailedIsNobodysFault) {
  Stage stage(costs(100));
  settle(stage);
  stage.publish(k0, 213, {"candidate: COST_2=213", "state: connected pending"});
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(k0, "checked", stage.says(kFine), {"replace: COST_2=213"});
  stage.step(k0, "the directory could not be synced", FileDone{Error{"cannot sync"}},
             {"refused: cannot sync", "state: connected pending (cannot sync)"});
  stage.step(k0, "but there it is", stage.found(costs(213)), {"send 1: eval METRICS_COMPLETE"});
  stage.step(k0, "BIRD has the old one", stage.runs_with(costs(100)), {});
  stage.step(seconds{2}, "back-off over", TimePassed{}, {"send 1: configure"});
}

}  // namespace
}  // namespace trimtab::bird::test
