#include "controller/steadiness.h"

#include <algorithm>
#include <cmath>

namespace trimtab::controller {
namespace {

// What one unit of steadiness takes from the weight of the present. At the shipped 2.4 it is at most 58 %:
// real deviations last for some rounds, and over those about half of them remains. Twice that, and every move
// comes later than the spike it flees from; half, and a lone bad round moves routes that its end moves back.
constexpr double kPastPerSteadiness = 0.3;

// The noise at which half of that is left, for each unit of steadiness: 14 % at the shipped one. What departs
// from the usual on a calm link is small, and most of it is over before a change of routes has paid for
// itself. With none of this, calm meshes change two thirds more often for nothing; with twice as much, what
// lasts is followed minutes later.
constexpr double kNoisePerSteadiness = 0.058;

// A departure by this part of the mean counts half of the most on the calmest link too, one of twice that
// nearly all: those are worth a move even where they will not last. Half of it, and calm meshes change a
// third more often; twice, and a link that is half as slow again keeps its traffic for half an hour.
constexpr double kLargeDeparture = 0.4;
// Half of it, and small departures count by the margin of the large ones; twice is hardly another curve.
constexpr double kLargeSharpness = 4;

// The margin's share for each unit of steadiness, at a noise of 1. Half of it is half the steadiness, but for
// the weight of the present.
constexpr double kMarginPerSteadiness = 3.45;
// Noise counts a little more than in proportion, since what a move gains is over sooner: at ½ calm meshes
// have the margins that wild ones need, at 1 they lose theirs.
constexpr double kPowerOfNoiseHere = 0.75;

// However noisy: a path of a link that is 1 / (1 − 40 %), or 1.67 times, as expensive is never clung to. On
// homes' links it is as many moves and as good paths as without a bound; 30 % is a fifth more moves.
constexpr double kMostMargin = 0.4;

// The least step is in proportion to the noise, and to how far the present counts: several links of a path
// may each keep back so much of what they know. Half of it, and a wild link's changes are spent on what moves
// nothing; twice, and what is told of calm links is a tenth off.
constexpr double kStepPerSteadiness = 3.4;
// However calm: half a millisecond of 150 moves nothing that is worth a change of routes. With half of it
// calm meshes change a tenth more often, with twice as much they pay more and save nothing.
constexpr double kLeastStepPerSteadiness = 0.0017;
// However noisy: what is published for too much is what patience goes by. Unbounded, a wild link kept a cost
// of a brownout that was over for a day.
constexpr double kMostStep = 0.25;

// 0 … 1: how far what a link of this noise is like now tells what it will be like.
double share_of_noise(double noise, const mesh::Tuning& tuning) {
  const double half = kNoisePerSteadiness * tuning.steadiness;
  return half > 0 ? noise / (noise + half) : 1;
}

}  // namespace

Ratio weight_of_present(Ratio noise, double departure, const mesh::Tuning& tuning) {
  const double large = std::pow(departure / kLargeDeparture, kLargeSharpness);
  const double of_most = std::max(share_of_noise(noise.value, tuning), large / (1 + large));
  return Ratio{of_most / (1 + kPastPerSteadiness * tuning.steadiness)};
}

Ratio margin(Ratio noise, Ratio noise_here, const mesh::Tuning& tuning) {
  const double share = std::sqrt(noise.value) * std::pow(noise_here.value, kPowerOfNoiseHere);
  return Ratio{std::min(kMostMargin, kMarginPerSteadiness * tuning.steadiness * share)};
}

Ratio least_step(Ratio noise, const mesh::Tuning& tuning) {
  const double share = noise.value * share_of_noise(noise.value, tuning);
  return Ratio{
      std::min(kMostStep, tuning.steadiness * (kLeastStepPerSteadiness + kStepPerSteadiness * share))};
}

}  // namespace trimtab::controller
