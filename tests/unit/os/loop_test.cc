#include "os/loop.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "os/clock.h"

namespace trimtab::os {
namespace {

using namespace std::chrono_literals;

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) == 0) {
      reader = Descriptor(ends[0]);
      writer = Descriptor(ends[1]);
    }
  }
  void put() const { ASSERT_EQ(::write(writer.number(), "x", 1), 1); }
  Descriptor reader, writer;
};

TEST(Clock, BothClocksAreOfOneMoment) {
  const Instant first = take_clocks(), second = take_clocks();
  EXPECT_GE(second.monotonic, first.monotonic);
  EXPECT_LT(std::chrono::abs(second.offset() - first.offset()), 1ms);
}

TEST(Loop, WakesAtItsDeadlineAndNotBefore) {
  auto loop = Loop::open();
  ASSERT_TRUE(loop);
  const MonotonicTime deadline = take_clocks().monotonic + 30ms;
  const Wakeup wakeup = loop->wait(deadline);
  EXPECT_TRUE(wakeup.deadline_passed);
  EXPECT_GE(wakeup.at.monotonic, deadline);
  EXPECT_TRUE(wakeup.ready.empty());
}

TEST(Loop, ADeadlineThatHasPassedReturnsAtOnce) {
  auto loop = Loop::open();
  for (const MonotonicTime past : {MonotonicTime{}, take_clocks().monotonic - 1s}) {
    EXPECT_TRUE(loop->wait(past).deadline_passed);
  }
}

TEST(Loop, SaysWhichDescriptorIsReady) {
  auto loop = Loop::open();
  const Pipe one, two;
  ASSERT_TRUE(loop->watch(one.reader.number(), 1));
  ASSERT_TRUE(loop->watch(two.reader.number(), 2));
  two.put();
  const Wakeup wakeup = loop->wait(take_clocks().monotonic + 5s);
  ASSERT_EQ(wakeup.ready.size(), 1U);
  EXPECT_EQ(wakeup.ready[0].token, 2U);
  EXPECT_TRUE(wakeup.ready[0].readable);
  EXPECT_FALSE(wakeup.deadline_passed);
}

TEST(Loop, ChangesInterestAndForgets) {
  auto loop = Loop::open();
  const Pipe pipe;
  ASSERT_TRUE(loop->watch(pipe.writer.number(), 7, {.readable = false, .writable = true}));
  EXPECT_TRUE(loop->wait(std::nullopt).ready.at(0).writable);
  ASSERT_TRUE(loop->watch(pipe.writer.number(), 7, {.readable = false, .writable = false}));
  EXPECT_TRUE(loop->wait(take_clocks().monotonic + 10ms).ready.empty());
  ASSERT_TRUE(loop->watch(pipe.writer.number(), 7, {.readable = false, .writable = true}));
  loop->forget(pipe.writer.number());
  loop->forget(pipe.writer.number());
  EXPECT_TRUE(loop->wait(take_clocks().monotonic + 10ms).ready.empty());
}

TEST(Loop, TheEndOfAStreamIsReadable) {
  auto loop = Loop::open();
  Pipe pipe;
  ASSERT_TRUE(loop->watch(pipe.reader.number(), 1));
  pipe.writer.close();
  EXPECT_TRUE(loop->wait(std::nullopt).ready.at(0).readable);
}

TEST(Loop, SignalsAreEvents) {
  auto loop = Loop::open();
  ASSERT_EQ(::raise(SIGHUP), 0);
  EXPECT_EQ(loop->wait(std::nullopt).signals, std::vector{Signal::reload});
  for (const int number : {SIGTERM, SIGINT}) {
    ASSERT_EQ(::raise(number), 0);
    EXPECT_EQ(loop->wait(std::nullopt).signals, std::vector{Signal::terminate});
  }
}

// Nobody reads what is readable: said once, and slowed down so that it costs little.
TEST(Loop, NoticesThatItSpins) {
  auto loop = Loop::open();
  const Pipe pipe;
  ASSERT_TRUE(loop->watch(pipe.reader.number(), 42));
  pipe.put();
  const MonotonicTime end = take_clocks().monotonic + 3s;
  std::optional<std::string> spinning;
  while (!spinning && take_clocks().monotonic < end) spinning = loop->wait(std::nullopt).spinning;
  ASSERT_TRUE(spinning);
  EXPECT_NE(spinning->find("token 42"), std::string::npos) << *spinning;
  const MonotonicTime before = take_clocks().monotonic;
  for (int turn = 0; turn < 10; ++turn) EXPECT_FALSE(loop->wait(std::nullopt).spinning);
  EXPECT_GE(take_clocks().monotonic - before, 20ms);
}

}  // namespace
}  // namespace trimtab::os
