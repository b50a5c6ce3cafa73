// Any file as a recording: unpacked within a bound, then read as a trace, as labelled links and as a matrix.
// What can be read is put to use.
#include <cmath>

#include "fuzz/input.h"
#include "os/gunzip.h"
#include "sim/labelled.h"
#include "sim/matrix.h"
#include "sim/replay.h"

namespace trimtab {
namespace {

void use(const sim::Trace& trace) {
  if (trace.hosts() > 8 || trace.frames().size() > 60) return;
  const sim::Replayed result = sim::replay(trace, {});
  TRIMTAB_CHECK(std::isfinite(result.cost_ratio) && std::isfinite(result.direct_ratio));
  TRIMTAB_CHECK(std::isfinite(result.changes_per_hour_pair));
  TRIMTAB_CHECK(std::isfinite(result.published_per_hour_link));
}

void use(const std::vector<sim::LabelledLink>& links) {
  for (const sim::LabelledLink& link : links) {
    for (const auto& detector : {sim::level_shift_detector(), sim::two_in_a_row_detector()}) {
      const sim::Agreement agreement = sim::judge(link, detector);
      TRIMTAB_CHECK(agreement.found <= agreement.shifts && std::isfinite(agreement.false_alarms_per_day()));
      TRIMTAB_CHECK(agreement.precision() <= 1 && agreement.recall() <= 1 && agreement.f1() <= 1);
    }
  }
}

void use(const sim::Matrix& matrix) {
  Rng random(1);
  TRIMTAB_CHECK(matrix.resampled(4, random).hosts() == 4);
}

}  // namespace
}  // namespace trimtab

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trimtab;
  constexpr std::size_t kLimit = 1 << 20;
  std::string text(fuzz::text_of(data, size));
  if (os::is_gzip(text)) {
    const auto unpacked = os::gunzip(text, kLimit);
    if (!unpacked) return 0;
    TRIMTAB_CHECK(unpacked->size() <= kLimit);
    text = *unpacked;
  }
  if (const auto trace = sim::Trace::parse(text)) use(*trace);
  if (const auto links = sim::parse_labelled(text)) use(*links);
  if (const auto matrix = sim::Matrix::parse(text)) use(*matrix);
  return 0;
}
