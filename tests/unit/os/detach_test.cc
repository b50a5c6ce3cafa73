#include "os/detach.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "temporary_directory.h"

namespace trimtab::os {
namespace {

void nothing() {}

TEST(Detach, TellsWhyItsProcessCouldNotBegin) {
  const auto refused = detach([] { return Result<void>(Error{"the disk is full", "make room"}); }, nothing);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().text(), "the disk is full; make room");
  const auto thrown = detach([]() -> Result<void> { throw std::runtime_error("no memory"); }, nothing);
  ASSERT_FALSE(thrown.ok());
  EXPECT_EQ(thrown.error().what, "no memory");
  const auto gone = detach([]() -> Result<void> { ::_exit(3); }, nothing);
  ASSERT_FALSE(gone.ok());
  EXPECT_EQ(gone.error().what, "the process that was started ended before it was ready");
}

TEST(Detach, WorksOnAfterItHasBegun) {
  const testing::TemporaryDirectory directory;
  const std::string path = directory / "pid";
  const auto started =
      detach([] { return Result<void>(); }, [&] { std::ofstream(path) << ::getpid() << "\n"; });
  ASSERT_TRUE(started.ok()) << started.error().text();
  int number = 0;
  for (int tries = 0; number == 0 && tries < 500; ++tries) {
    std::ifstream(path) >> number;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  EXPECT_NE(number, 0);
  EXPECT_NE(number, ::getpid());
}

// The pipe to the new process then begins at 0 and 2, where that puts /dev/null.
TEST(Detach, WorksWhereStandardInputAndErrorAreClosed) {
  const int input = ::dup(0), error = ::dup(2);
  ::close(0);
  ::close(2);
  const auto started = detach([] { return Result<void>(); }, nothing);
  ::dup2(input, 0);
  ::dup2(error, 2);
  ::close(input);
  ::close(error);
  EXPECT_TRUE(started.ok()) << started.error().text();
}

}  // namespace
}  // namespace trimtab::os
