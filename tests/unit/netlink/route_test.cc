// The question by which route a packet would leave, and what its answers tell.
#include "netlink/route.h"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

namespace trimtab::netlink {
namespace {

ByteSpan payload_of(const Bytes& message) {
  return ByteSpan(message).subspan(sizeof(nlmsghdr));
}

TEST(Route, IsAskedForByTheWholeAddressAndAsTheTableHasIt) {
  for (const char* text : {"10.10.2.1", "fd10:10:2::1"}) {
    const IpAddress destination = *parse_address(text);
    const Bytes bytes = find_route(destination).finish(1);
    rtmsg header{};
    const auto attributes = read_after(payload_of(bytes), header);
    ASSERT_TRUE(attributes.ok());
    EXPECT_EQ(header.rtm_dst_len, address_bits(destination.family));
    // Without it the answer is a copy for this packet alone: no prefix, no metric.
    EXPECT_NE(header.rtm_flags & RTM_F_FIB_MATCH, 0U);
    const Attribute* to = find(*attributes, RTA_DST);
    ASSERT_NE(to, nullptr);
    EXPECT_EQ(to->address(), destination);
  }
}

TEST(Route, OfAPacketThatArrivedIsAskedForByItsSourceAndInterface) {
  for (const auto& [destination, source] :
       {std::pair{"10.10.2.1", "10.10.1.2"}, std::pair{"fd10:10:2::1", "fd10:10:1::2"}}) {
    const Arrival arrival{*parse_address(source), 7};
    const Bytes bytes = find_route(*parse_address(destination), arrival).finish(1);
    rtmsg header{};
    const auto attributes = read_after(payload_of(bytes), header);
    ASSERT_TRUE(attributes.ok());
    EXPECT_EQ(header.rtm_src_len, address_bits(arrival.source.family));
    const Attribute* from = find(*attributes, RTA_SRC);
    const Attribute* in = find(*attributes, RTA_IIF);
    ASSERT_TRUE(from != nullptr && in != nullptr);
    EXPECT_EQ(from->address(), arrival.source);
    EXPECT_EQ(in->number<int>(), 7);
    EXPECT_EQ(find(*attributes, RTA_OIF), nullptr);
  }
}

Route answer(std::uint8_t type, const std::vector<std::pair<std::uint16_t, std::uint32_t>>& numbers) {
  rtmsg header{};
  header.rtm_family = AF_INET;
  header.rtm_dst_len = 24;
  header.rtm_type = type;
  Request request(RTM_NEWROUTE, 0);
  request.header(header).attribute(RTA_DST, *parse_address("10.10.2.0"));
  for (const auto& [attribute, value] : numbers) request.number<std::uint32_t>(attribute, value);
  const Bytes bytes = request.finish(1);
  const ByteSpan payload = payload_of(bytes);
  const auto route = read_route({RTM_NEWROUTE, Bytes(payload.begin(), payload.end())});
  EXPECT_TRUE(route.ok() && route->has_value());
  return **route;
}

TEST(Route, TellsWhatBecomesOfAPacket) {
  const Route sent = answer(RTN_UNICAST, {{RTA_OIF, 7}, {RTA_PRIORITY, 32}});
  EXPECT_EQ(sent.to, *parse_prefix("10.10.2.0/24"));
  EXPECT_EQ(sent.type, RTN_UNICAST);
  EXPECT_EQ(sent.interface_index, 7);
  EXPECT_EQ(sent.metric, 32U);
  EXPECT_EQ(answer(RTN_LOCAL, {{RTA_OIF, 1}}).type, RTN_LOCAL);
  EXPECT_EQ(answer(RTN_UNICAST, {}).interface_index, 0) << "several next hops";
}

}  // namespace
}  // namespace trimtab::netlink
