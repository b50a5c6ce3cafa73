// What a link shows of itself: its figures, and what holds it back.
#include "controller/link.h"

namespace trimtab::controller {

std::optional<Held> Link::held(MonotonicTime now, const Settings& settings, const Rivals& rivals) const {
  switch (availability_.standing()) {
    case Standing::unmeasured:
      return Held{Holding::unmeasured, {}};
    case Standing::down:
      return Held{Holding::down, {}};
    case Standing::earning:
      return Held{Holding::earning, availability_.earned_at(rules(settings))};
    case Standing::up:
      break;
  }
  const auto wanted = target(now, settings);
  if (!wanted) return Held{Holding::restarted, {}};
  const auto held = stability_.judge(now, *wanted, rivals, settings.tuning).held;
  // Of what a spell would change, what is left without it is too little.
  if (waits_for_a_spell(settings) && (!held || held->why == Holding::hysteresis))
    return Held{Holding::short_spell, {}};
  return held;
}

LossView Link::loss_view() const {
  LossView view{.probes = loss_.window().probes(LossWindow::kMiddle),
                .lost = loss_.window().lost(LossWindow::kMiddle),
                .proven = loss_.believed(),
                .beyond_boundary = loss_boundary_.beyond()};
  if (view.probes == 0) return view;
  const Interval interval = wilson(view.lost, view.probes, kReportQuantile);
  view.ratio = Ratio{static_cast<double>(view.lost) / view.probes};
  view.low = interval.low;
  view.high = interval.high;
  return view;
}

LinkView Link::view(MonotonicTime now, const Settings& settings, const Rivals& rivals) const {
  const auto source = bandwidth_.rate() ? BandwidthSource::measured
                      : own_.bandwidth  ? BandwidthSource::declared
                                        : BandwidthSource::reference;
  return {.neighbour = neighbour(),
          .standing = availability_.standing(),
          .condition = availability_.condition(),
          .drop = availability_.drop(),
          .last_round = last_round_,
          .rtt = rtt(settings),
          .jitter = rtt_.jitter(),
          .rtt_beyond_boundary = rtt_boundary_.beyond(),
          .bandwidth = bandwidth_.rate().value_or(assumed_bandwidth()),
          .bandwidth_source = source,
          .bandwidth_stale = bandwidth_.stale(now),
          .loss = loss_view(),
          .saturated = own_load_.saturated(),
          .figures = figures(settings),
          .computed = computed(settings),
          .published = published(),
          .noise = noise(settings),
          .held = held(now, settings, rivals),
          .last_change = stability_.last_change(),
          .last_reason = stability_.last_reason(),
          .drops = availability_.drops(now, rules(settings)),
          .to_earn = availability_.to_earn(now, rules(settings)),
          .changes_left = stability_.changes_left(now)};
}

}  // namespace trimtab::controller
