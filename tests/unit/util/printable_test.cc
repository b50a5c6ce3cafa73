#include "util/printable.h"

#include <gtest/gtest.h>

namespace trimtab {
namespace {

TEST(Printable, LeavesTextAndShowsWhatWouldSteerATerminal) {
  EXPECT_EQ(printable("site \"büro\" → 1 ± 2"), "site \"büro\" → 1 ± 2");
  EXPECT_EQ(printable("\x1b[31mred\n\x7f"), "\\x1b[31mred\\x0a\\x7f");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
}

}  // namespace
}  // namespace trimtab
