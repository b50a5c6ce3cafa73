#include "netlink/message.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <rapidcheck/gtest.h>

namespace trimtab::netlink {
namespace {

// What a Request carries after its netlink header.
Bytes payload_of(const Request& request) {
  const Bytes whole = request.finish(7);
  return {whole.begin() + sizeof(nlmsghdr), whole.end()};
}

nlmsghdr header_of(const Bytes& message) {
  nlmsghdr head{};
  std::memcpy(&head, message.data(), sizeof head);
  return head;
}

TEST(Request, HeaderSaysLengthTypeAndSequence) {
  Request request(18, NLM_F_CREATE);
  request.number<std::uint32_t>(4, 1400).text(3, "gre-b");
  const Bytes whole = request.finish(4711);
  const nlmsghdr head = header_of(whole);
  EXPECT_EQ(head.nlmsg_len, whole.size());
  EXPECT_EQ(head.nlmsg_type, 18);
  EXPECT_EQ(head.nlmsg_seq, 4711u);
  EXPECT_EQ(head.nlmsg_flags, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK);
}

TEST(Request, DumpAsksForNoAcknowledgement) {
  EXPECT_EQ(header_of(Request(18, NLM_F_DUMP).finish(1)).nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
}

TEST(Request, AttributesAreReadBackInTheirOrder) {
  Request request(1, 0);
  request.text(3, "abc");
  const std::size_t nest = request.open(18);
  request.number<std::uint8_t>(1, 255);
  request.attribute(2, *parse_address("10.255.0.2"));
  request.close(nest);
  const Bytes payload = payload_of(request);
  const auto outer = read_attributes(payload);
  ASSERT_TRUE(outer.ok());
  ASSERT_EQ(outer->size(), 2u);
  EXPECT_EQ(find(*outer, 3)->text(), "abc");
  const auto inner = read_attributes(find(*outer, 18)->value);
  ASSERT_TRUE(inner.ok());
  EXPECT_EQ(find(*inner, 1)->number<std::uint8_t>(), 255);
  EXPECT_EQ(find(*inner, 2)->address()->text(), "10.255.0.2");
  EXPECT_EQ(find(*inner, 9), nullptr);
}

TEST(Attribute, LastOfSeveralCounts) {
  Request request(1, 0);
  request.number<std::uint8_t>(5, 1).number<std::uint8_t>(5, 2);
  const Bytes payload = payload_of(request);
  EXPECT_EQ(find(*read_attributes(payload), 5)->number<std::uint8_t>(), 2);
}

TEST(Attribute, TooShortForANumberOrAnAddressIsNone) {
  const Bytes three{1, 2, 3};
  const Attribute attribute{1, three};
  EXPECT_FALSE(attribute.number<std::uint32_t>().has_value());
  EXPECT_FALSE(attribute.address().has_value());
  EXPECT_TRUE(attribute.number<std::uint16_t>().has_value());
}

TEST(Attribute, TextWithoutItsZeroEndsWithItsBytes) {
  const Bytes bytes{'g', 'r', 'e'};
  EXPECT_EQ((Attribute{1, bytes}).text(), "gre");
}

TEST(Attributes, LengthsThatLieAreRefused) {
  EXPECT_FALSE(read_attributes(Bytes{3, 0, 1, 0}).ok()) << "shorter than its own header";
  EXPECT_FALSE(read_attributes(Bytes{9, 0, 1, 0, 5, 6, 7, 8}).ok()) << "beyond the end";
  EXPECT_FALSE(read_attributes(Bytes{8, 0, 1, 0, 5, 6, 7, 8, 4}).ok()) << "a byte left over";
  EXPECT_TRUE(read_attributes(Bytes{5, 0, 1, 0, 5}).ok()) << "the last one needs no padding";
}

RC_GTEST_PROP(Attributes, AnyBytesGiveAttributesWithinThemOrAnError, (const Bytes& bytes)) {
  const auto read = read_attributes(bytes);
  if (!read) return;
  std::size_t total = 0;
  for (const Attribute& attribute : *read) {
    RC_ASSERT(attribute.value.empty() ||
              (attribute.value.data() >= bytes.data() &&
               attribute.value.data() + attribute.value.size() <= bytes.data() + bytes.size()));
    total += attribute.value.size() + sizeof(nlattr);
  }
  RC_ASSERT(total <= bytes.size());
}

}  // namespace
}  // namespace trimtab::netlink
