// Any text as the metrics file, which is also what the daemon keeps of its state: refused, or written and
// read again the same; and a daemon starts from it, whatever it is.
#include "bird/metrics_file.h"
#include "engine/engine.h"
#include "fuzz/input.h"
#include "support/mesh_text.h"

namespace trimtab {
namespace {

void start_from(const mesh::Mesh& mesh, std::string_view text) {
  const Instant now{MonotonicTime{std::chrono::hours{1}}, WallTime{std::chrono::hours{400'000}}};
  const auto fill = [](std::span<std::uint8_t> bytes) { std::fill(bytes.begin(), bytes.end(), 0x5a); };
  engine::Engine engine({.mesh = mesh,
                         .self = 2,
                         .now = now,
                         .identifier = 7,
                         .seed = 1,
                         .fill_random = fill,
                         .metrics_text = std::string(text),
                         .candidate_path = "/run/candidate.conf"});
  (void)engine.start(now);
  (void)engine.handle(now, engine::Woken{});
}

}  // namespace
}  // namespace trimtab

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trimtab;
  static const mesh::Mesh mesh = test::parsed(test::four_sites());
  const std::string_view text = fuzz::text_of(data, size);
  if (const auto metrics = bird::parse_metrics(text)) {
    const std::string written = bird::format_metrics(*metrics);
    const auto again = bird::parse_metrics(written);
    TRIMTAB_CHECK(again.ok() && *again == *metrics);
    // The files of a trimtab that knew neither IPv6's favours nor marks aside, it is these very bytes.
    const bool of_today = text.find("FAVOURED6_") != std::string_view::npos &&
                          text.find("METRICS_COMPLETE = 1;") == std::string_view::npos;
    TRIMTAB_CHECK(written == text || !of_today);
    const std::string carried = bird::format_metrics(bird::carry_over(mesh, 2, *metrics));
    TRIMTAB_CHECK(bird::parse_metrics(carried).ok());
  }
  start_from(mesh, text);
  return 0;
}
