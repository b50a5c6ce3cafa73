// Drives a controller as the engine does: what happens, then decide(); and decide() at every deadline in
// between. Builders for the samples that tests speak of.
#pragma once

#include <functional>
#include <vector>

#include "controller/controller.h"

namespace trimtab::controller::testing {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

inline constexpr Duration kInterval = seconds{15};

inline Sample answers(double rtt, int probes = 5) {
  return {std::vector<ProbeResult>(static_cast<std::size_t>(probes), {Outcome::answered, Milliseconds{rtt}})};
}

// One probe after the other; lost where below 0.
inline Sample of(std::initializer_list<double> rtts) {
  Sample sample;
  for (const double rtt : rtts) {
    sample.probes.push_back(rtt < 0 ? ProbeResult{} : ProbeResult{Outcome::answered, Milliseconds{rtt}});
  }
  return sample;
}

// The first `lost` of `probes` are lost, the others answered after `rtt` ms.
inline Sample losing(int lost, double rtt = 20, int probes = 5) {
  Sample sample = answers(rtt, probes);
  for (int i = 0; i < lost; ++i) sample.probes[static_cast<std::size_t>(i)] = {};
  return sample;
}

inline Sample nothing_answers(int probes = 5) {
  return losing(probes, 0, probes);
}

inline Sample late(int probes = 5) {
  return {std::vector<ProbeResult>(static_cast<std::size_t>(probes), {Outcome::late, {}})};
}

// With the formulas of specification §6.
inline Settings with_policy(mesh::Policy policy) {
  return {.policy = policy, .tuning = {.estimator = mesh::Estimator::ewma}};
}

inline std::vector<LinkSettings> links_to(std::initializer_list<SiteId> neighbours,
                                          Duration interval = kInterval) {
  std::vector<LinkSettings> links;
  for (const SiteId neighbour : neighbours) links.push_back({.neighbour = neighbour, .interval = interval});
  return links;
}

class Driver {
 public:
  Driver(Settings settings, std::vector<LinkSettings> links)
      : controller_(std::move(settings), std::move(links), now_) {}

  MonotonicTime now() const { return now_; }
  Controller& controller() { return controller_; }
  const std::vector<Decision>& decisions() const { return decisions_; }

  // Lets time pass and serves every deadline on the way. A deadline that does not move on is a busy loop.
  void pass(Duration time);

  // Something happens now.
  void happen(const std::function<void(Controller&, MonotonicTime)>& what) {
    what(controller_, now_);
    decide();
  }
  void round(SiteId neighbour, const Sample& sample) {
    happen(
        [&](Controller& controller, MonotonicTime at) { controller.round_finished(at, neighbour, sample); });
  }

  Value published(SiteId neighbour) const { return controller_.view(neighbour, now_)->published; }
  LinkView view(SiteId neighbour) const { return *controller_.view(neighbour, now_); }

 private:
  void decide();

  // Not zero, so that a forgotten "never" shows.
  MonotonicTime now_{std::chrono::hours{1000}};
  Controller controller_;
  std::vector<Decision> decisions_;
};

}  // namespace trimtab::controller::testing
