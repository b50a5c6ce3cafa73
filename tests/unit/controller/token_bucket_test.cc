#include "controller/token_bucket.h"

#include <gtest/gtest.h>

namespace trimtab::controller {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime kStart{1000h};

TEST(TokenBucket, GivesItsBurstAndThenOnePerRefill) {
  TokenBucket bucket(kStart, 10, 3min, 10);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(bucket.has(kStart, 1));
    bucket.take(kStart);
  }
  EXPECT_FALSE(bucket.has(kStart + 3min - 1ns, 1));
  EXPECT_TRUE(bucket.has(kStart + 3min, 1));
  EXPECT_EQ(bucket.free_at(2), kStart + 6min);
}

TEST(TokenBucket, NeverHoldsMoreThanItsBurst) {
  const TokenBucket bucket(kStart, 10, 3min, 2);
  EXPECT_EQ(bucket.tokens(kStart), 2);
  EXPECT_EQ(bucket.tokens(kStart + 100h), 10);
}

TEST(TokenBucket, AllowsThirtyInAnHourAtMost) {
  TokenBucket bucket(kStart, 10, 3min, 10);
  int taken = 0;
  for (MonotonicTime now = kStart; now <= kStart + 1h; now += 1s) {
    while (bucket.has(now, 1)) {
      bucket.take(now);
      ++taken;
    }
  }
  EXPECT_EQ(taken, 30);
}

}  // namespace
}  // namespace trimtab::controller
