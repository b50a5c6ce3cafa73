#include "util/units.h"

#include <gtest/gtest.h>

namespace trimtab {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsAndWritesTheSameText) {
  EXPECT_EQ(*parse_duration("15s"), 15s);
  EXPECT_EQ(*parse_duration("1.5ms"), 1500us);
  for (const char* text : {"0s", "15s", "250ms", "2m", "1h", "20us", "100ms", "90s"}) {
    EXPECT_EQ(format_duration(*parse_duration(text)), text);
  }
  for (const char* bad : {"", "15", "s", "-1s", "1 s", "1e3s", "1..5s", "99999999h", "15S"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
}

TEST(Rate, ReadsSiSuffixes) {
  EXPECT_EQ(parse_rate("200M")->bits_per_second, 200'000'000U);
  EXPECT_EQ(parse_rate("1.5G")->bits_per_second, 1'500'000'000U);
  EXPECT_EQ(parse_rate("64k")->bits_per_second, 64'000U);
  EXPECT_EQ(format_rate(Rate{200'000'000}), "200M");
  EXPECT_EQ(format_rate(Rate{1'500'000'000}), "1500M");
  for (const char* bad : {"", "0", "200Mbit", "200m", "-1M", "99999G", "0.1"})
    EXPECT_FALSE(parse_rate(bad)) << bad;
}

TEST(Ratio, ReadsPercentages) {
  EXPECT_DOUBLE_EQ(parse_ratio("5%")->value, 0.05);
  EXPECT_EQ(format_ratio(Ratio{0.07}), "7%");
  EXPECT_EQ(format_ratio(Ratio{0.005}), "0.5%");
  for (const char* bad : {"5", "101%", "%", "-1%"}) EXPECT_FALSE(parse_ratio(bad)) << bad;
}

TEST(ByteCount, ReadsWholeBytes) {
  EXPECT_EQ(*parse_byte_count("50MB"), 50'000'000U);
  EXPECT_EQ(format_byte_count(50'000'000), "50MB");
  for (const char* bad : {"50", "0.5B", "50Mb", "-1B"}) EXPECT_FALSE(parse_byte_count(bad)) << bad;
}

}  // namespace
}  // namespace trimtab
