#include "support/controller_steps.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "controller/words.h"

namespace trimtab::controller::testing {
namespace {

std::string show_sample(const Sample& sample) {
  std::string text;
  for (const ProbeResult& probe : sample.probes) {
    text += probe.outcome == Outcome::answered ? fmt::format(" {}", probe.rtt.count())
            : probe.outcome == Outcome::late   ? " late"
                                               : " lost";
  }
  return text.empty() ? " (no probes)" : text;
}

std::string show_held(const LinkView& view, MonotonicTime now) {
  if (!view.held) return "nothing held";
  std::string text(name(view.held->why));
  if (view.held->until) text += " for " + format_duration(*view.held->until - now);
  return text;
}

class Run {
 public:
  Run(const Settings& settings, const std::vector<LinkSettings>& links)
      : policy_(settings.policy), driver_(settings, links) {}

  void step(std::size_t number, const Step& step) {
    const std::size_t first = driver_.decisions().size();
    log_ +=
        fmt::format("{:3}. {}after {}:", number, step.times > 1 ? fmt::format("{} times ", step.times) : "",
                    format_duration(step.after));
    for (const Happening& happening : step.happens) log_ += " " + happening.text + ";";
    log_ += "\n";
    for (int i = 0; i < step.times; ++i) {
      driver_.pass(step.after);
      for (const Happening& happening : step.happens) driver_.happen(happening.what);
    }
    check_publications(step, first);
    for (const Holds& holds : step.holds) check_held(holds);
  }

 private:
  void check_publications(const Step& step, std::size_t first) {
    const auto& all = driver_.decisions();
    bool same = all.size() - first == step.then.size();
    for (std::size_t i = first; i < all.size(); ++i) {
      const Decision& got = all[i];
      log_ += fmt::format("       link {} {} [{}]\n", got.neighbour,
                          sentence(got, driver_.controller().settings().policy), name(got.reason));
      if (i - first >= step.then.size()) continue;
      const Publishes& want = step.then[i - first];
      same &= got.neighbour == want.neighbour && got.to == want.to && got.reason == want.reason;
    }
    if (same) return;
    std::string wanted;
    for (const Publishes& want : step.then) {
      wanted += fmt::format("       link {} -> {} ({}) [{}]\n", want.neighbour, show(want.to, policy_),
                            want.to, name(want.reason));
    }
    ADD_FAILURE() << log_ << "wanted instead:\n" << (wanted.empty() ? "       nothing\n" : wanted);
  }

  void check_held(const Holds& holds) {
    const LinkView view = driver_.view(holds.neighbour);
    log_ += fmt::format("       link {} held: {}\n", holds.neighbour, show_held(view, driver_.now()));
    const bool same_reason = view.held ? holds.why == view.held->why : !holds.why.has_value();
    const bool same_time =
        !holds.left || (view.held && view.held->until && *view.held->until - driver_.now() == *holds.left);
    if (same_reason && same_time) return;
    ADD_FAILURE() << log_ << "wanted held: " << (holds.why ? std::string(name(*holds.why)) : "nothing")
                  << (holds.left ? " for " + format_duration(*holds.left) : "");
  }

  mesh::Policy policy_;
  Driver driver_;
  std::string log_ = "steps so far:\n";
};

}  // namespace

Happening round(SiteId neighbour, Sample sample) {
  return {
      fmt::format("round {}:{}", neighbour, show_sample(sample)),
      [=](Controller& controller, MonotonicTime now) { controller.round_finished(now, neighbour, sample); }};
}

Happening condition(SiteId neighbour, Condition condition) {
  return {fmt::format("condition {}: interface {}, session {}, BFD {}", neighbour, condition.interface_up,
                      condition.session_established, condition.bfd_up),
          [=](Controller& controller, MonotonicTime now) {
            controller.condition_changed(now, neighbour, condition);
          }};
}

Happening throughput(SiteId neighbour, double megabits) {
  const Rate rate{static_cast<std::uint64_t>(megabits * 1e6)};
  return {fmt::format("throughput {}: {}M", neighbour, megabits),
          [=](Controller& controller, MonotonicTime now) {
            controller.throughput(now, neighbour, {.arrived = rate, .load = rate});
          }};
}

Happening restored(SiteId neighbour, Value published) {
  return {fmt::format("restored {}: {}", neighbour, published),
          [=](Controller& controller, MonotonicTime now) { controller.restore(now, neighbour, published); }};
}

Happening reload(Settings settings, std::vector<LinkSettings> links) {
  return {"reload",
          [=](Controller& controller, MonotonicTime now) { controller.set_links(now, settings, links); }};
}

void run_steps(const Settings& settings, const std::vector<LinkSettings>& links,
               const std::vector<Step>& steps) {
  Run run(settings, links);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    run.step(i + 1, steps[i]);
    if (::testing::Test::HasFailure()) return;  // later steps would only repeat it
  }
}

}  // namespace trimtab::controller::testing
