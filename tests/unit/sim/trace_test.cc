// What a trace must be, and what is said of one that is not.
#include "sim/trace.h"

#include <gtest/gtest.h>

#include "support/refusals.h"

namespace trimtab::sim {
namespace {

TEST(TraceFile, HoldsEveryLinksRttByFrame) {
  const auto trace = Trace::parse("time_s,a>b,b>a,b>c\n10,1.5,2,\n25.5,3,,4\r\n40,5,6,7\n");
  ASSERT_TRUE(trace.ok()) << trace.error().text();
  EXPECT_EQ(trace->names(), (std::vector<std::string>{"a", "b", "c"}));
  ASSERT_EQ(trace->frames().size(), 3U);
  EXPECT_EQ(trace->frames()[1].at, std::chrono::milliseconds{15'500});
  EXPECT_EQ(trace->rtt(0, 0, 1), Milliseconds{1.5});
  EXPECT_EQ(trace->rtt(0, 1, 2), std::nullopt) << "no value is no value, not 0";
  EXPECT_TRUE(trace->linked(1, 2));
  EXPECT_FALSE(trace->linked(2, 1));
  EXPECT_EQ(trace->typical_interval(), std::chrono::milliseconds{15'500});
}

TEST(TraceFile, IsRefusedByLine) {
  const std::string head = "time_s,a>b\n";
  test::expect_refusals(Trace::parse,
                        {
                            {"", "line 1: the trace is empty"},
                            {"t,a>b\n", "line 1: the first column is not time_s"},
                            {"time_s,ab\n", "line 1: column 2 is no link \"FROM>TO\": \"ab\""},
                            {"time_s,a>a\n", "line 1: column 2 is no link \"FROM>TO\": \"a>a\""},
                            {"time_s,a>b,a>b\n", "line 1: \"a>b\" stands twice"},
                            {"time_s\n", "line 1: there is no link"},
                            {head + "0,1\n1\n", "line 3: 1 columns where the header has 2"},
                            {head + "0,1\n5,1\n4,1\n", "line 4: time goes from 5 s to 4 s; sort the trace"},
                            {head + "0,1\n0,1\n", "line 3: time goes from 0 s to 0 s; sort the trace"},
                            {head + "-9e8,1\n0,1\n", "line 3: more than ten years after the first frame"},
                            {head + "x,1\n", "line 2: \"x\" is no time in seconds"},
                            {head + "inf,1\n", "line 2: \"inf\" is no time in seconds"},
                            {head + "0,1ms\n", "line 2: column 2: \"1ms\" is no number"},
                            {head + "0,-3\n", "line 2: column 2: an RTT of -3 ms cannot be"},
                            {head + "0,0\n", "line 2: column 2: an RTT of 0 ms cannot be"},
                            {head + "0,1e9\n", "line 2: column 2: an RTT of 1e9 ms cannot be"},
                            {head + "0,1\n", "a trace needs two frames at least"},
                        });
}

}  // namespace
}  // namespace trimtab::sim
