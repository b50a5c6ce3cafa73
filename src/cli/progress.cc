#include "cli/progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "cli/say.h"

namespace trimtab::cli {
namespace {

constexpr int kWidth = 40;

}  // namespace

Progress::Progress() : terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_percent_ >= 0) say("\r{:{}}\r", "", kWidth + 8);
}

void Progress::show(double share_done) {
  const int percent = static_cast<int>(share_done * 100);
  if (!terminal_ || percent == shown_percent_) return;
  shown_percent_ = percent;
  const auto filled = static_cast<std::size_t>(kWidth * percent / 100);
  say("\r[{:<{}}] {:3} %", std::string(filled, '#'), kWidth, percent);
  std::fflush(stderr);
}

}  // namespace trimtab::cli
