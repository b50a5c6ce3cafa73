// Any lines from a client of the daemon's socket. A request that is understood can be written and read again
// the same; each line has one answer at most, which is one line of JSON.
#include "control/request.h"

#include "engine/engine.h"
#include "fuzz/input.h"
#include "support/mesh_text.h"

namespace trimtab {
namespace {

const Instant kNow{MonotonicTime{std::chrono::hours{1}}, WallTime{std::chrono::hours{400'000}}};

void check_answer(std::string_view line) {
  TRIMTAB_CHECK(line.find('\n') == std::string::npos && control::parse_json(line).ok());
}

// Whether the line is a request.
bool understand(std::string_view line) {
  const auto request = control::parse_request(line);
  if (!request) {
    check_answer(control::to_line(control::to_json(request.error())));
    return false;
  }
  const std::string written = control::format_request(*request);
  const auto again = control::parse_request(written);
  // With what is no UTF-8 replaced, a request may have grown beyond what is taken.
  TRIMTAB_CHECK(again.ok() ? control::format_request(*again) == written : written.size() > line.size());
  return true;
}

void ask(std::string_view line) {
  static const mesh::Mesh mesh = test::parsed(test::four_sites());
  engine::Engine engine({.mesh = mesh, .self = 2, .now = kNow, .fill_random = [](auto) {}});
  (void)engine.start(kNow);
  int answers = 0;
  for (const engine::Action& action : engine.handle(kNow, engine::Asked{1, std::string(line)})) {
    const auto* answer = std::get_if<engine::Answer>(&action);
    if (answer == nullptr) continue;
    ++answers;
    check_answer(answer->line);
  }
  TRIMTAB_CHECK(answers <= 1);
}

}  // namespace
}  // namespace trimtab

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trimtab;
  std::string_view text = fuzz::text_of(data, size);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (understand(line)) ask(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return 0;
}
