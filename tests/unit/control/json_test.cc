#include "control/json.h"

#include <gtest/gtest.h>

namespace trimtab::control {
namespace {

using namespace std::chrono_literals;

Status status_of(const std::string& policy) {
  Status status;
  status.mesh = "home";
  status.site = "a";
  status.policy = policy;
  status.fingerprint = 0xab;
  status.links.push_back({.neighbour = 2, .name = "b", .interface = "gre-b", .standing = "up"});
  return status;
}

TEST(Json, UnknownIsNullAndNeverZero) {
  const Json link = to_json(status_of("path"))["links"][0];
  for (const char* key :
       {"rtt_ms", "jitter_ms", "loss", "in_mbit", "cost_ms", "held", "session_established", "bfd_up"}) {
    EXPECT_TRUE(link.at(key).is_null()) << key;
  }
}

TEST(Json, TheKeySaysWhatAWorthIs) {
  EXPECT_TRUE(to_json(status_of("path"))["links"][0].contains("published_ms"));
  EXPECT_TRUE(to_json(status_of("score"))["links"][0].contains("published_preference"));
  EXPECT_FALSE(to_json(status_of("score"))["links"][0].contains("published_ms"));
}

TEST(Json, AnExplanationSaysWhenAMarginEnds) {
  EXPECT_TRUE(to_json(Explanation{})["margin_ends_s"].is_null());
  EXPECT_EQ(to_json(Explanation{.margin_ends_in = 90s})["margin_ends_s"], 90);
}

TEST(Json, FiguresHaveTheirUnit) {
  Status status = status_of("path");
  status.links[0].rtt = Milliseconds{20.12345};
  status.links[0].loss = {.probes = 20, .ratio = {0.05}, .low = {0.01}, .high = {0.2}, .proven = {0}};
  status.links[0].held = HeldReport{"dwell", "not before", 12s};
  const Json link = to_json(status)["links"][0];
  EXPECT_EQ(link["rtt_ms"], 20.123);
  EXPECT_EQ(link["loss"]["percent"], 5.0);
  EXPECT_EQ(link["held"]["remaining_s"], 12.0);
  EXPECT_EQ(to_json(status)["fingerprint"], "000000ab");
}

TEST(Json, HostileTextStaysOneValidLine) {
  Event event{.number = 1, .at = {}, .kind = "bird", .text = "\xff\n\"quoted\""};
  const std::string line = to_line(to_json(std::vector{event}));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_TRUE(parse_json(line));
}

}  // namespace
}  // namespace trimtab::control
