#include "network/memory.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace trimtab::network {
namespace {

Memory example() {
  return {.kernel = "boot/4026531840",
          .mesh = "home",
          .site = "a",
          .sysctls = {{"net/ipv4/ip_forward", "0", "1"}, {"net/ipv4/conf/eth0.10/rp_filter", "1", "2"}},
          .addresses = {{"gre-b", *parse_prefix("172.31.0.1/30")}},
          .files = {"/etc/trimtab/bird.conf"},
          .table = "table inet trimtab {\n}\n",
          .table_listing = "table inet trimtab {\n\tcomment \"x\"\n}\n",
          .endpoints = {{"00ff", "192.0.2.1:51820"}},
          .peers = {"00ff", "11ee"},
          .doing = "up",
          .unfinished = {"+ interface wg0"}};
}

TEST(Memory, IsReadBackAsItWas) {
  const auto read = parse_memory(format_memory(example()));
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(*read, example());
}

TEST(Memory, NonsenseIsRefused) {
  for (const char* text : {"", "{}", "[]", "null", "{\"version\": 2}", "{\"version\": 1, \"kernel\": 5}"}) {
    EXPECT_FALSE(parse_memory(text).ok()) << text;
  }
  EXPECT_FALSE(parse_memory(std::string(100'000, '[')).ok());
}

TEST(Memory, DamageIsSaidInWordsOfOurs) {
  const std::string whole = format_memory(example());
  EXPECT_EQ(parse_memory("{\"version\": 1, nonsense").error().what,
            "it is damaged: no JSON any more from its byte 17 on");
  EXPECT_EQ(parse_memory("{\"version\": 2}").error().what, "this version of trimtab did not write it");
  EXPECT_EQ(parse_memory("{\"version\": 1, \"kernel\": 5}").error().what,
            "it is damaged: \"kernel\" is missing or no text");
  std::string torn = whole;
  torn.replace(torn.find("\"before\""), 8, "\"behind\"");
  EXPECT_EQ(parse_memory(torn).error().what,
            "it is damaged: an entry lacks a part, or has one of another kind");
}

// `down` writes to these paths as root.
TEST(Memory, SettingOutsideTheNetworksIsRefused) {
  for (const char* path : {"kernel/core_pattern", "net/../kernel/core_pattern", "/etc/passwd"}) {
    Memory memory = example();
    memory.sysctls[0].path = path;
    EXPECT_FALSE(parse_memory(format_memory(memory)).ok()) << path;
  }
}

RC_GTEST_PROP(Memory, AnyTextGivesMemoryOrAnError, (const std::string& text)) {
  [[maybe_unused]] const auto memory = parse_memory(text);
}

RC_GTEST_PROP(Memory, SurvivesAChangedByte, ()) {
  std::string text = format_memory(example());
  text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::arbitrary<char>();
  [[maybe_unused]] const auto memory = parse_memory(text);
}

}  // namespace
}  // namespace trimtab::network
