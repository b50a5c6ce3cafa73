// Questions for routes and their answers, in any order and between other news.
#include "netlink/route_questions.h"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <limits>

namespace trimtab::netlink {
namespace {

std::uint32_t number_of(const Bytes& request) {
  ByteSpan datagram = request;
  return take_message(datagram)->sequence;
}

Bytes route_by(int interface, std::uint32_t sequence) {
  rtmsg header{};
  header.rtm_family = AF_INET;
  header.rtm_type = RTN_UNICAST;
  return Request(RTM_NEWROUTE, 0).header(header).number(RTA_OIF, interface).finish(sequence);
}

Bytes refusal(std::int32_t number, std::uint32_t sequence) {
  return Request(NLMSG_ERROR, 0).header(number).finish(sequence);
}

Bytes operator+(Bytes one, const Bytes& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

class Asked : public ::testing::Test {
 protected:
  std::uint32_t ask(std::uint32_t about) {
    return number_of(questions.ask(about, *parse_address("192.0.2.1")));
  }

  RouteQuestions questions;
};

TEST_F(Asked, AnswersAreToldApart) {
  const std::uint32_t one = ask(1), other = ask(2);
  // What the interface table asked has the same socket, and numbers from 1 on.
  const auto answers =
      questions.take(route_by(9, 1) + route_by(5, other) + refusal(0, other) + refusal(-ENETUNREACH, one));
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].about, 2U);
  EXPECT_EQ(answers[0].destination, *parse_address("192.0.2.1"));
  EXPECT_EQ(std::get<Route>(answers[0].way).interface_index, 5);
  EXPECT_EQ(answers[1].about, 1U);
  EXPECT_EQ(std::get<NoWay>(answers[1].way), NoWay::no_route);
}

TEST_F(Asked, AQuestionIsAnsweredOnce) {
  const std::uint32_t first = ask(1), again = ask(1);
  EXPECT_TRUE(questions.take(route_by(5, first)).empty()) << "asked again since";
  EXPECT_EQ(questions.take(route_by(5, again)).size(), 1U);
  EXPECT_TRUE(questions.take(refusal(-ENETUNREACH, again)).empty());
}

TEST_F(Asked, WhatTheKernelCouldNotTellIsNoWordOnTheWay) {
  for (const std::int32_t number : {-ENOBUFS, -EPERM, 0, EINVAL, std::numeric_limits<std::int32_t>::min()}) {
    EXPECT_TRUE(questions.take(refusal(number, ask(1))).empty()) << number;
  }
}

TEST_F(Asked, WhatIsCutIsPassedOver) {
  const Bytes whole = route_by(5, ask(1));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(questions.take(ByteSpan(whole).first(size)).empty());
  }
  EXPECT_EQ(questions.take(whole).size(), 1U);
}

}  // namespace
}  // namespace trimtab::netlink
