#include "probe/icmp6.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "packets.h"

namespace trimtab::probe {
namespace {

using testing::kind_of;

const IpAddress kPeer = *parse_address("fd31::1");

Bytes request() {
  EchoRequest asked{.identifier = 0x7a11, .sequence = 0x8003};
  for (std::size_t i = 0; i < kNonceBytes; ++i) asked.nonce[i] = static_cast<std::uint8_t>(i);
  return encode_icmp6(asked);
}

Bytes with_type(std::uint8_t type) {
  Bytes message = request();
  message[0] = type;
  return message;
}

// A router's error about our request to `destination`.
Bytes error(std::uint8_t type, std::uint8_t next_header, std::size_t length) {
  Bytes message{type, 0, 0, 0, 0, 0, 0, 0};
  Bytes quoted(40, 0);
  quoted[0] = 0x60;
  quoted[6] = next_header;
  std::copy(kPeer.bytes.begin(), kPeer.bytes.end(), quoted.begin() + 24);
  const Bytes asked = request();
  quoted.insert(quoted.end(), asked.begin(), asked.end());
  quoted.resize(std::min(quoted.size(), length));
  message.insert(message.end(), quoted.begin(), quoted.end());
  return message;
}

TEST(Icmp6, RequestIsAnEchoRequest) {
  const Bytes message = request();
  ASSERT_EQ(message.size(), 8 + kNonceBytes);
  EXPECT_EQ(message[0], 128);
  EXPECT_EQ(message[4] << 8U | message[5], 0x7a11);
  EXPECT_EQ(message[23], 15);
}

TEST(Icmp6, ReplyTellsWhoseItIs) {
  const Answer answer = decode_icmp6(kPeer, with_type(129));
  const auto* reply = std::get_if<EchoReply>(&answer);
  ASSERT_NE(reply, nullptr) << kind_of(answer);
  EXPECT_EQ(reply->source, kPeer);
  EXPECT_EQ(reply->identifier, 0x7a11);
  EXPECT_EQ(reply->sequence, 0x8003);
  EXPECT_EQ(reply->nonce[15], 15);
}

TEST(Icmp6, PaddingIsCountedNotRead) {
  EchoRequest asked{.identifier = 7, .sequence = 0x4001, .nonce = {1, 2, 3}, .payload_bytes = 1352};
  Bytes message = encode_icmp6(asked);
  EXPECT_EQ(message.size(), 8U + 1352);
  EXPECT_EQ(kind_of(decode_icmp6(kPeer, message)), "foreign") << "no small probe of the peer's";
  message[0] = 129;
  const Answer answer = decode_icmp6(kPeer, message);
  ASSERT_EQ(kind_of(answer), "reply");
  EXPECT_EQ(std::get<EchoReply>(answer).payload_bytes, 1352U);
  EXPECT_EQ(std::get<EchoReply>(answer).nonce, asked.nonce);
  message.resize(8 + kNonceBytes - 1);
  EXPECT_EQ(kind_of(decode_icmp6(kPeer, message)), "foreign");
}

TEST(Icmp6, OthersRequestsAreHeard) {
  EXPECT_EQ(kind_of(decode_icmp6(kPeer, request())), "request");
  Bytes longer = request();
  longer.push_back(0);
  EXPECT_EQ(kind_of(decode_icmp6(kPeer, longer)), "foreign");
}

TEST(Icmp6, ErrorNamesTheRequestItIsAbout) {
  for (const std::uint8_t type : std::initializer_list<std::uint8_t>{1, 2, 3, 4}) {
    const Answer answer = decode_icmp6(*parse_address("fd31::9"), error(type, 58, 100));
    const auto* told = std::get_if<EchoError>(&answer);
    ASSERT_NE(told, nullptr) << int{type};
    EXPECT_EQ(told->reporter.text(), "fd31::9");
    EXPECT_EQ(told->destination, kPeer);
    EXPECT_EQ(told->identifier, 0x7a11);
  }
}

TEST(Icmp6, WhatIsCutOrSomebodyElsesIsNoError) {
  EXPECT_EQ(kind_of(decode_icmp6(kPeer, error(1, 17, 100))), "foreign");
  EXPECT_EQ(kind_of(decode_icmp6(kPeer, error(1, 58, 47))), "quoted packet");
  EXPECT_EQ(kind_of(decode_icmp6(kPeer, error(1, 58, 39))), "quoted packet");
  EXPECT_EQ(kind_of(decode_icmp6(kPeer, with_type(134))), "foreign") << "a router advertisement";
  EXPECT_EQ(kind_of(decode_icmp6(kPeer, Bytes(7, 0))), "shorter than an ICMPv6 header");
}

TEST(Icmp6, SurvivesAnything) {
  EXPECT_TRUE(rc::check("any bytes", [](const Bytes& bytes) { (void)decode_icmp6(kPeer, bytes); }));
}

}  // namespace
}  // namespace trimtab::probe
