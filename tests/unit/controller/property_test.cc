// Whatever the input: never more than thirty changes in an hour, values in range, nothing held back unseen, a
// way back from everywhere, the same story twice. rapidcheck draws the seeds and prints those that fail
// (RC_PARAMS="seed=…" repeats a run).
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <map>
#include <random>

#include "controller/steadiness.h"
#include "support/controller_driver.h"

namespace trimtab::controller::testing {
namespace {

constexpr SiteId kLinks = 3;

// Weather for links: spells of different RTT, loss and silence, flapping conditions, bursts of throughput,
// gaps in time. Everything comes from the seed.
class Weather {
 public:
  Weather(std::uint64_t seed, mesh::Policy policy) : random_(seed) {
    settings_ = with_policy(policy);
    settings_.tuning.estimator = chance(0.5) ? mesh::Estimator::steady : mesh::Estimator::ewma;
    settings_.tuning.steadiness = pick({0.0, 0.5, 2.4, 10.0, 100.0});
    settings_.tuning.smoothing = pick({0.1, 0.25, 1.0});
    rtt_.fill(20);
    loss_.fill(0);
  }

  Settings settings() const { return settings_; }

  void blow(Driver& driver) {
    driver.pass(chance(0.002) ? Duration{hours{3}} : Duration{milliseconds{below(10'000)}});
    const SiteId link = 1 + below(kLinks);
    if (chance(0.05)) rtt_[link] = std::exp(std::uniform_real_distribution<double>(0, 8)(random_));
    if (chance(0.05)) loss_[link] = pick({0.0, 0.0, 0.02, 0.1, 0.4, 1.0});
    const int kind = static_cast<int>(below(20));
    if (kind == 0) return driver.happen(condition(link));
    if (kind == 1) return driver.happen(burst(link));
    driver.round(link, sample(link));
  }

 private:
  std::function<void(Controller&, MonotonicTime)> condition(SiteId link) {
    const Condition condition{
        .interface_up = !chance(0.1), .session_established = !chance(0.3), .bfd_up = !chance(0.3)};
    return [=](Controller& controller, MonotonicTime now) {
      controller.condition_changed(now, link, condition);
    };
  }
  std::function<void(Controller&, MonotonicTime)> burst(SiteId link) {
    const Rate rate{std::uint64_t{1} << below(40)};
    const ThroughputSample sample{chance(0.5) ? std::optional(rate) : std::nullopt, rate};
    return [=](Controller& controller, MonotonicTime now) { controller.throughput(now, link, sample); };
  }
  Sample sample(SiteId link) {
    Sample sample = answers(rtt_[link] * std::uniform_real_distribution<double>(0.9, 1.5)(random_),
                            static_cast<int>(below(9)));
    for (ProbeResult& probe : sample.probes) {
      if (chance(loss_[link])) probe = {};
      if (chance(0.01)) probe = {Outcome::late, {}};
    }
    return sample;
  }

  bool chance(double share) { return std::bernoulli_distribution(share)(random_); }
  std::uint32_t below(std::uint32_t end) {
    return std::uniform_int_distribution<std::uint32_t>(0, end - 1)(random_);
  }
  double pick(std::initializer_list<double> from) {
    return from.begin()[below(static_cast<std::uint32_t>(from.size()))];
  }

  std::mt19937_64 random_;
  Settings settings_;
  std::array<double, kLinks + 1> rtt_{}, loss_{};
};

bool in_range(Value value, mesh::Policy policy) {
  return policy == mesh::Policy::path ? value >= 1 && value <= kLastResort
                                      : value == 0 || (value >= 100 && value <= 200);
}

// Looks at every decision once and keeps what the properties need.
class Watch {
 public:
  explicit Watch(mesh::Policy policy) : policy_(policy) {}

  // Every decision, and how one link stands.
  void look(Driver& driver, SiteId link) {
    for (; seen_ < driver.decisions().size(); ++seen_) look(driver.decisions()[seen_]);
    const LinkView view = driver.view(link);
    const auto last = published_.find(link);
    RC_ASSERT(view.published == (last == published_.end() ? last_resort(policy_) : last->second));
    if (view.standing != Standing::up) RC_ASSERT(view.held.has_value());
    if (view.computed && *view.computed != view.published) RC_ASSERT(view.held.has_value());
    if (view.held && view.held->until && view.standing == Standing::up) {
      RC_ASSERT(driver.controller().next_deadline().has_value());
      RC_ASSERT(*driver.controller().next_deadline() <= *view.held->until);
    }
  }

 private:
  void look(const Decision& decision) {
    RC_ASSERT(decision.from != decision.to);
    RC_ASSERT(in_range(decision.to, policy_));
    const auto last = published_.find(decision.neighbour);
    RC_ASSERT(decision.from == (last == published_.end() ? last_resort(policy_) : last->second));
    published_[decision.neighbour] = decision.to;
    auto& hour = hour_[decision.neighbour];
    hour.push_back(decision.at);
    while (decision.at - hour.front() > hours{1}) hour.pop_front();
    RC_ASSERT(hour.size() <= 30u);
    lowered(decision);
  }

  void lowered(const Decision& decision) {
    if (policy_ != mesh::Policy::path || decision.to > decision.from) return;
    const auto before = lowered_.find(decision.neighbour);
    if (before != lowered_.end()) RC_ASSERT(decision.at - before->second >= minutes{2});
    lowered_[decision.neighbour] = decision.at;
  }

  mesh::Policy policy_;
  std::size_t seen_ = 0;
  std::map<SiteId, Value> published_;
  std::map<SiteId, MonotonicTime> lowered_;
  std::map<SiteId, std::deque<MonotonicTime>> hour_;
};

mesh::Policy any_policy() {
  return *rc::gen::element(mesh::Policy::path, mesh::Policy::score);
}
std::uint64_t any_seed() {
  return *rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>());
}

// A hundred runs of ten thousand events: a million.
RC_GTEST_PROP(Property, ThirtyChangesAnHourAtMostAndNothingHeldBackUnseen, ()) {
  const auto policy = any_policy();
  Weather weather(any_seed(), policy);
  Driver driver(weather.settings(), links_to({1, 2, 3}));
  Watch watch(policy);
  for (int i = 0; i < 10'000; ++i) {
    weather.blow(driver);
    watch.look(driver, 1 + static_cast<SiteId>(i) % kLinks);
  }
}

RC_GTEST_PROP(Property, EveryWayDownHasItsWayBack, ()) {
  const auto policy = any_policy();
  Weather weather(any_seed(), policy);
  Driver driver(weather.settings(), links_to({1, 2, 3}));
  for (int i = 0; i < 500; ++i) weather.blow(driver);
  for (SiteId link = 1; link <= kLinks; ++link) {
    driver.happen([&](Controller& controller, MonotonicTime now) {
      controller.condition_changed(now, link, Condition{});
    });
  }
  // Six hours of good weather, eight times the memory. RTTs far enough apart that margins do not matter.
  const auto rtt = [](SiteId link) { return 10.0 * link; };
  for (int i = 0; i < 6 * 240; ++i) {
    driver.pass(kInterval);
    for (SiteId link = 1; link <= kLinks; ++link) driver.round(link, answers(rtt(link)));
  }
  for (SiteId link = 1; link <= kLinks; ++link) {
    const LinkView view = driver.view(link);
    RC_ASSERT(view.standing == Standing::up);
    RC_ASSERT(view.loss.proven.value == 0);
    RC_ASSERT(view.bandwidth >= kReferenceBandwidth);  // what was proven slow is doubted in the end
    const Figures clean{.rtt = Milliseconds{rtt(link)}, .bandwidth = view.bandwidth};
    const double target = value_of(clean, policy, weather.settings().tuning);
    const double off = std::fabs(view.published - target);
    // What a calm link is told in: a tenth is far more than that, but for the very steadiest.
    const double part = std::max(0.1, least_step(Ratio{0.01}, weather.settings().tuning).value);
    const bool near = policy == mesh::Policy::path ? off < part * view.published + 1 || off < 20 : off < 5;
    if (!near) RC_FAIL("link is left at " + std::to_string(view.published) + " of " + std::to_string(target));
  }
}

RC_GTEST_PROP(Property, TheSameStoryTwiceAndMoreQuestionsChangeNothing, ()) {
  const auto policy = any_policy();
  const auto seed = any_seed();
  Weather one(seed, policy), two(seed, policy);
  Driver calm(one.settings(), links_to({3, 1, 2}));
  Driver curious(two.settings(), links_to({1, 2, 3}));
  for (int i = 0; i < 1'000; ++i) {
    one.blow(calm);
    two.blow(curious);
    // Asked at any time: what is due was decided at its deadline, not when somebody asked.
    curious.happen([](Controller&, MonotonicTime) {});
  }
  RC_ASSERT(calm.decisions().size() == curious.decisions().size());
  for (std::size_t i = 0; i < calm.decisions().size(); ++i) {
    const Decision &a = calm.decisions()[i], &b = curious.decisions()[i];
    RC_ASSERT(a.at == b.at && a.neighbour == b.neighbour && a.to == b.to && a.reason == b.reason);
  }
}

}  // namespace
}  // namespace trimtab::controller::testing
