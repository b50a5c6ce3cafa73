#include "control/request.h"

#include <gtest/gtest.h>

#include "control/json.h"

namespace trimtab::control {
namespace {

TEST(Request, ReadsBackWhatItWrites) {
  EXPECT_TRUE(std::holds_alternative<AskStatus>(*parse_request(format_request(AskStatus{}))));
  EXPECT_EQ(std::get<AskEvents>(*parse_request(format_request(AskEvents{17}))).since, 17U);
  const auto explain = parse_request(format_request(AskExplain{"10.10.4.7\"\n"}));
  EXPECT_EQ(std::get<AskExplain>(*explain).destination, "10.10.4.7\"\n");
}

TEST(Request, RefusesWhatIsNone) {
  for (const char* bad :
       {"", "{", "[]", "42", "null", R"({"ask": 1})", R"({"ask": "reboot"})", R"({"ask": "explain"})",
        R"({"ask": "events", "since": -1})", R"({"ask": "events", "since": 1e30})", "\xff\xfe"}) {
    EXPECT_FALSE(parse_request(bad)) << bad;
  }
}

TEST(Request, RefusesLengthAndDepthBeforeParsing) {
  EXPECT_FALSE(parse_request(std::string(kLongestRequest + 1, ' ')));
  EXPECT_FALSE(parse_json(std::string(100'000, '[')));
  EXPECT_TRUE(parse_json(std::string(32, '[') + std::string(32, ']')));
  EXPECT_FALSE(parse_json(std::string(33, '[') + std::string(33, ']')));
  EXPECT_TRUE(parse_json("\"" + std::string(1000, '[') + "\\\"[\""));
}

}  // namespace
}  // namespace trimtab::control
