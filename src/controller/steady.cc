#include "controller/steady.h"

#include <algorithm>
#include <cmath>

namespace trimtab::controller {
namespace {

// What one unit of steadiness takes from the weight of the present. At the shipped 2.4 the present weighs 41 %:
// real deviations last for some rounds, and over those the half of them remains. Doubled, every move comes
// later than the spike it flees from; halved, a lone bad round moves routes that its end moves back.
constexpr double kPastPerSteadiness = 0.6;

// A step is published at this part of the margin: several links of a path may each keep back so much of what
// they know, and together they must stay below what moves a route.
constexpr double kStepOfMargin = 0.4;

// Half the memory: noise needs fewer rounds than a mean to be known well enough.
constexpr int kMeansPerNoise = 2;

// A change of the whole mean in one round is as noisy as a link can be; spikes of 47 s do not count as more.
constexpr double kMostNoise = 1.0;

// Suspicious: above the usual by this many times noise and jitter, and by no less than a tenth and 5 ms, below
// which nobody feels the difference. Halved, one round in ten of a link with 10 % jitter is looked at twice;
// doubled, a step of half the RTT on such a link has to wait for the next round.
constexpr double kSuspiciousDeviations = 4;
constexpr double kSuspiciousPart = 0.1;
constexpr double kSuspiciousFloor_ms = 5;

double weight_of_present(const mesh::Tuning& tuning) {
  return 1 / (1 + kPastPerSteadiness * tuning.steadiness);
}

}  // namespace

void SteadyEstimate::add(Milliseconds rtt, std::optional<Milliseconds> jitter, const mesh::Tuning& tuning) {
  const double x = rtt.count();
  if (rounds_ < tuning.memory) ++rounds_;
  const bool first = rounds_ == 1 && mean_ms_ == 0;
  const bool suspicious = !first && x > limit_ms();
  mean_ms_ += (x - mean_ms_) / rounds_;
  const int noise_rounds = std::max(1, std::min(rounds_, tuning.memory / kMeansPerNoise));
  if (!first) {
    const double change = std::min(std::fabs(x - last_ms_) / mean_ms_, kMostNoise);
    noise_ += (change - noise_) / noise_rounds;
  }
  if (jitter) jitter_ms_ += (jitter->count() - jitter_ms_) / noise_rounds;
  last_ms_ = x;
  if (first || !suspicious) {
    present_ms_ = x;
    suspected_.reset();
  } else if (suspected_) {  // the second in a row
    present_ms_ = x;
    suspected_.reset();
  } else {
    suspected_ = x;
  }
}

void SteadyEstimate::confirm(Milliseconds rtt) {
  if (rounds_ == 0) return;
  const double x = rtt.count();
  const bool suspicious = x > limit_ms();
  if (suspicious && !suspected_) {
    suspected_ = x;
    return;
  }
  if (suspicious) present_ms_ = x;
  suspected_.reset();
}

std::optional<Milliseconds> SteadyEstimate::rtt(const mesh::Tuning& tuning) const {
  if (rounds_ == 0) return std::nullopt;
  const double weight = weight_of_present(tuning);
  return Milliseconds{weight * present_ms_ + (1 - weight) * mean_ms_};
}

std::optional<Milliseconds> SteadyEstimate::mean() const {
  return rounds_ == 0 ? std::nullopt : std::optional(Milliseconds{mean_ms_});
}

double SteadyEstimate::limit_ms() const {
  const double usual = std::max(mean_ms_, present_ms_);
  return usual + std::max({kSuspiciousFloor_ms, kSuspiciousPart * usual,
                           kSuspiciousDeviations * noise_ * mean_ms_, kSuspiciousDeviations * jitter_ms_});
}

std::optional<Milliseconds> SteadyEstimate::suspicious_above() const {
  return rounds_ == 0 ? std::nullopt : std::optional(Milliseconds{limit_ms()});
}

Ratio margin(Ratio noise, Ratio noise_here, const mesh::Tuning& tuning) {
  return Ratio{std::min(1.0, tuning.steadiness * std::sqrt(noise.value * noise_here.value))};
}

Ratio least_step(Ratio noise, const mesh::Tuning& tuning) {
  return Ratio{kStepOfMargin * tuning.steadiness * noise.value};
}

}  // namespace trimtab::controller
