#include "netlink/exchange.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <rapidcheck/gtest.h>

#include <cerrno>

namespace trimtab::netlink {
namespace {

constexpr std::uint32_t kSequence = 42;

// A message of the kernel's, as it stands in a datagram.
Bytes message(std::uint16_t type, std::uint16_t flags, const Bytes& payload,
              std::uint32_t sequence = kSequence) {
  nlmsghdr head{};
  head.nlmsg_len = static_cast<std::uint32_t>(sizeof head + payload.size());
  head.nlmsg_type = type;
  head.nlmsg_flags = flags;
  head.nlmsg_seq = sequence;
  Bytes bytes(sizeof head);
  std::memcpy(bytes.data(), &head, sizeof head);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

Bytes status(std::int32_t number) {
  Bytes bytes(sizeof number);
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// What follows a refusal: the request's header, then the kernel's words.
Bytes words(const std::string& text) {
  Request attributes(0, 0);
  attributes.text(NLMSGERR_ATTR_MSG, text);
  const Bytes whole = attributes.finish(0);
  return Bytes(sizeof(nlmsghdr)) + Bytes(whole.begin() + sizeof(nlmsghdr), whole.end());
}

TEST(Exchange, AcknowledgementCompletesIt) {
  Exchange exchange(kSequence);
  const auto progress = exchange.take(message(NLMSG_ERROR, 0, status(0) + Bytes(sizeof(nlmsghdr))));
  ASSERT_TRUE(progress.ok());
  EXPECT_EQ(*progress, Exchange::Progress::complete);
  EXPECT_TRUE(exchange.take_messages().empty());
}

TEST(Exchange, DumpInSeveralDatagramsIsCollected) {
  Exchange exchange(kSequence);
  const Bytes first = message(16, NLM_F_MULTI, {1, 2, 3, 4}) + message(16, NLM_F_MULTI, {5, 6, 7, 8});
  ASSERT_EQ(*exchange.take(first), Exchange::Progress::wanting);
  ASSERT_EQ(*exchange.take(message(16, NLM_F_MULTI, {9})), Exchange::Progress::wanting);
  ASSERT_EQ(*exchange.take(message(NLMSG_DONE, NLM_F_MULTI, status(0))), Exchange::Progress::complete);
  const auto messages = exchange.take_messages();
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[1].payload, (Bytes{5, 6, 7, 8}));
  EXPECT_EQ(messages[2].payload, (Bytes{9}));
}

TEST(Exchange, ChangeDuringTheDumpMeansAgain) {
  Exchange exchange(kSequence);
  ASSERT_EQ(*exchange.take(message(16, NLM_F_MULTI | NLM_F_DUMP_INTR, {1})), Exchange::Progress::wanting);
  EXPECT_EQ(*exchange.take(message(NLMSG_DONE, NLM_F_MULTI, status(0))), Exchange::Progress::interrupted);
  Exchange at_the_end(kSequence);
  EXPECT_EQ(*at_the_end.take(message(NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, status(0))),
            Exchange::Progress::interrupted);
}

TEST(Exchange, RefusalHasItsNumberAndTheKernelsWords) {
  Exchange exchange(kSequence);
  const auto refused = exchange.take(message(NLMSG_ERROR, NLM_F_ACK_TLVS | NLM_F_CAPPED,
                                             status(-EINVAL) + words("MTU greater than device maximum")));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().number, EINVAL);
  EXPECT_EQ(refused.error().what, "MTU greater than device maximum (Invalid argument)");
}

TEST(Exchange, RefusalWithoutWordsHasTheSystemsText) {
  Exchange exchange(kSequence);
  const auto refused =
      exchange.take(message(NLMSG_ERROR, NLM_F_CAPPED, status(-EEXIST) + Bytes(sizeof(nlmsghdr))));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().number, EEXIST);
  EXPECT_EQ(refused.error().what, "File exists");
}

TEST(Exchange, DumpThatFailsAtItsEndIsAnError) {
  Exchange exchange(kSequence);
  EXPECT_FALSE(exchange.take(message(NLMSG_DONE, NLM_F_MULTI, status(-ENODEV))).ok());
}

TEST(Exchange, OthersMessagesArePassedOver) {
  Exchange exchange(kSequence);
  const Bytes late = message(NLMSG_ERROR, 0, status(-EPERM), kSequence - 1);
  const Bytes notification = message(16, 0, {1}, 0);
  EXPECT_EQ(*exchange.take(late + notification), Exchange::Progress::wanting);
  EXPECT_EQ(*exchange.take(message(NLMSG_ERROR, 0, status(0))), Exchange::Progress::complete);
  EXPECT_TRUE(exchange.take_messages().empty());
}

TEST(Exchange, LengthsThatLieAreRefused) {
  Bytes beyond = message(16, 0, {1, 2, 3, 4});
  beyond[0] = 40;
  EXPECT_FALSE(Exchange(kSequence).take(beyond).ok());
  Bytes below = message(16, 0, {});
  below[0] = 15;
  EXPECT_FALSE(Exchange(kSequence).take(below).ok());
  EXPECT_FALSE(Exchange(kSequence).take(Bytes{16, 0, 0}).ok());
}

RC_GTEST_PROP(Exchange, SurvivesAnyBytes, (const Bytes& bytes)) {
  Exchange exchange(kSequence);
  [[maybe_unused]] const auto progress = exchange.take(bytes);
}

RC_GTEST_PROP(Exchange, SurvivesARefusalWithAnyBytesInIt, (const Bytes& bytes)) {
  Exchange exchange(kSequence);
  const auto refused =
      exchange.take(message(NLMSG_ERROR, NLM_F_ACK_TLVS, status(-EINVAL) + Bytes(sizeof(nlmsghdr)) + bytes));
  RC_ASSERT(!refused.ok());
  RC_ASSERT(refused.error().number == EINVAL);
}

}  // namespace
}  // namespace trimtab::netlink
