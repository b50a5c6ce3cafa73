#include "probe/icmp.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "packets.h"

namespace trimtab::probe {
namespace {

using testing::ip_packet;
using testing::kind_of;
using testing::repair_checksum;
using testing::reply_to;
using testing::unreachable;

const EchoRequest kRequest{.identifier = 0xbeef, .sequence = 0x0102, .nonce = {1, 2, 3, 250, 251, 252}};

TEST(Icmp, EncodesAnEchoRequestByteForByte) {
  const Bytes expected{8,   0,   0x37, 0x15, 0xbe, 0xef, 1, 2, 1, 2, 3, 250,
                       251, 252, 0,    0,    0,    0,    0, 0, 0, 0, 0, 0};
  EXPECT_EQ(encode(kRequest), expected);
}

TEST(Icmp, ReadsWhatItsRequestIsAnsweredWith) {
  const Answer answer = decode(reply_to(encode(kRequest)));
  ASSERT_EQ(kind_of(answer), "reply");
  const auto& reply = std::get<EchoReply>(answer);
  EXPECT_EQ(reply.source.text(), "10.0.0.2");
  EXPECT_EQ(reply.identifier, kRequest.identifier);
  EXPECT_EQ(reply.sequence, kRequest.sequence);
  EXPECT_EQ(reply.nonce, kRequest.nonce);
}

TEST(Icmp, PadsARequestAndReadsItsAnswersLength) {
  for (const std::size_t payload : {17U, 1372U, 1373U, 9188U}) {
    EchoRequest request = kRequest;
    request.payload_bytes = payload;
    const Bytes message = encode(request);
    EXPECT_EQ(message.size(), 8 + payload);
    const Answer answer = decode(reply_to(message));
    ASSERT_EQ(kind_of(answer), "reply") << payload;
    EXPECT_EQ(std::get<EchoReply>(answer).payload_bytes, payload);
    EXPECT_EQ(std::get<EchoReply>(answer).nonce, kRequest.nonce);
    EXPECT_EQ(kind_of(decode(ip_packet({}, message))), "foreign") << "no small probe of the peer's";
  }
}

TEST(Icmp, ReadsARequestOfThePeers) {
  const Answer answer = decode(ip_packet({}, encode(kRequest)));
  ASSERT_EQ(kind_of(answer), "request");
  EXPECT_EQ(std::get<EchoAsked>(answer).source.text(), "10.0.0.2");
  EXPECT_EQ(std::get<EchoAsked>(answer).sequence, kRequest.sequence);
  Bytes longer = encode(kRequest);
  longer.push_back(0);
  longer.push_back(0);
  EXPECT_EQ(kind_of(decode(ip_packet({}, longer))), "foreign") << "somebody's ping";
}

TEST(Icmp, ReadsAnErrorAboutItsRequest) {
  const Answer answer = decode(unreachable(encode(kRequest), 28));
  ASSERT_EQ(kind_of(answer), "error");
  const auto& error = std::get<EchoError>(answer);
  EXPECT_EQ(error.reporter.text(), "10.0.0.2");
  EXPECT_EQ(error.destination.text(), "10.0.0.2");
  EXPECT_EQ(error.type, 3);
  EXPECT_EQ(error.code, 1);
  EXPECT_EQ(error.identifier, kRequest.identifier);
  EXPECT_EQ(error.sequence, kRequest.sequence);
}

struct Hostile {
  const char* name;
  std::function<Bytes()> packet;
  const char* kind;
};

Bytes changed(std::size_t at, std::uint8_t value, bool repaired) {
  Bytes packet = reply_to(encode(kRequest));
  packet[at] = value;
  if (repaired) repair_checksum(packet);
  return packet;
}

Bytes cut(std::size_t size) {
  Bytes packet = reply_to(encode(kRequest));
  packet.resize(size);
  return packet;
}

Bytes with_payload(std::size_t size) {
  Bytes request = encode(kRequest);
  request.resize(8 + size);
  return reply_to(request);
}

TEST(Icmp, SaysWhatIsWrongWithEverythingElse) {
  const std::vector<Hostile> table{
      {"nothing", [] { return Bytes{}; }, "shorter than an IP header"},
      {"19 bytes", [] { return cut(19); }, "shorter than an IP header"},
      {"IPv6", [] { return changed(0, 0x65, false); }, "not IPv4"},
      {"header of 16 bytes", [] { return changed(0, 0x44, false); }, "header length"},
      {"header of 60 bytes in 44", [] { return changed(0, 0x4f, false); }, "header length"},
      {"total length below its header", [] { return changed(3, 19, false); }, "total length"},
      {"total length beyond the packet", [] { return changed(3, 45, false); }, "total length"},
      {"only an IP header", [] { return ip_packet({}, {}); }, "shorter than an ICMP header"},
      {"cut in its payload", [] { return cut(43); }, "total length"},
      {"ICMP header of 7 bytes", [] { return ip_packet({}, Bytes(7, 0)); }, "shorter than an ICMP header"},
      {"UDP", [] { return ip_packet({.protocol = 17}, encode(kRequest)); }, "foreign"},
      {"a first fragment", [] { return changed(6, 0x20, false); }, "a fragment"},
      {"a later fragment", [] { return changed(7, 1, false); }, "a fragment"},
      {"don't fragment is no fragment", [] { return changed(6, 0x40, false); }, "reply"},
      {"wrong checksum", [] { return changed(22, 0x11, false); }, "checksum"},
      {"one bit of the nonce", [] { return changed(30, 0x80, false); }, "checksum"},
      {"a code other than 0", [] { return changed(21, 1, true); }, "foreign"},
      {"payload of 15 bytes", [] { return with_payload(15); }, "foreign"},
      {"payload of 17 bytes, which says so itself", [] { return with_payload(17); }, "reply"},
      {"payload of 60 kB", [] { return with_payload(60'000); }, "reply"},
      {"IP options before it", [] { return reply_to(encode(kRequest), {.option_bytes = 40}); }, "reply"},
      {"padding after it",
       [] {
         return [] {
           auto p = cut(44);
           p.resize(60);
           return p;
         }();
       },
       "reply"},
      {"an error that quotes nothing", [] { return unreachable(encode(kRequest), 0); }, "quoted packet"},
      {"… an IP header cut", [] { return unreachable(encode(kRequest), 19); }, "quoted packet"},
      {"… no ICMP header", [] { return unreachable(encode(kRequest), 27); }, "quoted packet"},
      {"… all of it", [] { return unreachable(encode(kRequest), 1000); }, "error"},
      {"… somebody's reply", [] { return unreachable(Bytes(24, 0), 44); }, "foreign"},
  };
  for (const Hostile& row : table) EXPECT_EQ(kind_of(decode(row.packet())), row.kind) << row.name;
}

RC_GTEST_PROP(Icmp, SurvivesAnyBytes, (const Bytes& bytes)) {
  kind_of(decode(bytes));
}

// Random bytes rarely get beyond the first check; a real answer with a few of them spoiled does.
RC_GTEST_PROP(Icmp, SurvivesAndNeverMisreadsSpoiledAnswers,
              (const std::vector<std::pair<std::uint8_t, std::uint8_t>>& spoil)) {
  const bool is_error = *rc::gen::arbitrary<bool>();
  Bytes packet = is_error ? unreachable(encode(kRequest), 44) : reply_to(encode(kRequest));
  for (const auto& [at, value] : spoil) packet[at % packet.size()] = value;
  if (*rc::gen::arbitrary<bool>()) repair_checksum(packet);
  packet.resize(*rc::gen::inRange<std::size_t>(0, packet.size() + 1));
  const Answer answer = decode(packet);
  if (const auto* reply = std::get_if<EchoReply>(&answer)) {
    RC_ASSERT(
        std::equal(reply->nonce.begin(), reply->nonce.end(), packet.begin() + (packet[0] & 0x0f) * 4 + 8));
  }
}

RC_GTEST_PROP(Icmp, EveryRequestIsReadBackFromItsAnswer, (std::uint16_t identifier, std::uint16_t sequence)) {
  EchoRequest request{.identifier = identifier, .sequence = sequence};
  for (std::uint8_t& byte : request.nonce) byte = *rc::gen::arbitrary<std::uint8_t>();
  const Answer answer = decode(reply_to(encode(request)));
  const auto* reply = std::get_if<EchoReply>(&answer);
  RC_ASSERT(reply != nullptr);
  RC_ASSERT(reply->identifier == identifier && reply->sequence == sequence && reply->nonce == request.nonce);
}

}  // namespace
}  // namespace trimtab::probe
