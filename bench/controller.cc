// One round of n links, as the engine feeds it: a sample, then decide(), link by link. `./dev bench` prints
// target and result of Round/1000.
#include "controller/controller.h"

#include <benchmark/benchmark.h>

#include <random>

namespace {

using namespace trimtab;
using namespace trimtab::controller;

std::vector<LinkSettings> links(SiteId count) {
  std::vector<LinkSettings> all;
  for (SiteId id = 1; id <= count; ++id)
    all.push_back({.neighbour = id, .interval = std::chrono::seconds{15}});
  return all;
}

// Sixty-three rounds that differ, so that nothing is learnt by heart: 20 ms ± 10 %, one probe in a hundred
// lost.
std::vector<Sample> samples() {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> rtt(18, 22);
  std::vector<Sample> all(63);
  for (Sample& sample : all) {
    for (int i = 0; i < 5; ++i) {
      const bool lost = random() % 100 == 0;
      sample.probes.push_back(lost ? ProbeResult{}
                                   : ProbeResult{Outcome::answered, Milliseconds{rtt(random)}});
    }
  }
  return all;
}

void run(benchmark::State& state, mesh::Policy policy) {
  const auto count = static_cast<SiteId>(state.range(0));
  MonotonicTime now{std::chrono::hours{1}};
  Controller controller({.policy = policy, .tuning = {}}, links(count), now);
  const std::vector<Sample> rounds = samples();
  std::size_t next = 0;
  for (auto _ : state) {
    now += std::chrono::seconds{15};
    for (SiteId id = 1; id <= count; ++id) {
      controller.round_finished(now, id, rounds[++next % rounds.size()]);
      benchmark::DoNotOptimize(controller.decide(now));
    }
  }
}

void Round(benchmark::State& state) {
  run(state, mesh::Policy::path);
}
void UnderScore(benchmark::State& state) {
  run(state, mesh::Policy::score);
}

BENCHMARK(Round)->Arg(1000)->Unit(benchmark::kMicrosecond);
BENCHMARK(UnderScore)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
