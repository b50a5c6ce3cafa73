#include "os/icmp_filter.h"

#include <netinet/in.h>

namespace trimtab::os {
namespace {

// The packet starts with its IP header; X is that header's length. Errors quote the packet that they are
// about after eight bytes, ours without IP options. Loads beyond the end reject.
std::vector<sock_filter> ipv4_filter(std::uint16_t identifier, const RequestFilter& requests) {
  constexpr std::uint8_t kEchoReply = 0, kUnreachable = 3, kEchoRequest = 8, kTimeExceeded = 11,
                         kParameter = 12;
  return {
      BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
      BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),  // type
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kEchoReply, 7, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kUnreachable, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kTimeExceeded, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kParameter, 0, 6),
      BPF_STMT(BPF_LD | BPF_B | BPF_IND, 8 + 9),  // the quoted packet's protocol
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMP, 0, 9),
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 8 + 20 + 4),  // its identifier
      BPF_STMT(BPF_JMP | BPF_JA, 1),
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),  // a reply's identifier
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, identifier, 6, 5),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kEchoRequest, 0, 4),
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 2),  // total length
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, requests.packet_bytes, 0, 2),
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 6),  // sequence number
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, requests.sequence_bits, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xffff),
  };
}

// The packet starts with its ICMPv6 header. Errors, types 1 to 4, quote the packet that they are about after
// eight bytes.
std::vector<sock_filter> ipv6_filter(std::uint16_t identifier, const RequestFilter& requests) {
  constexpr std::uint8_t kFirstError = 1, kLastError = 4, kEchoRequest = 128, kEchoReply = 129;
  constexpr std::uint32_t kHeader = 40;
  const std::uint32_t message_bytes = requests.packet_bytes > kHeader ? requests.packet_bytes - kHeader : 0;
  return {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),  // type
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kEchoReply, 7, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kEchoRequest, 8, 0),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, kLastError, 11, 0),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, kFirstError, 0, 10),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 8 + 6),  // the quoted packet's next header
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 8),
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 8 + kHeader + 4),  // its identifier
      BPF_STMT(BPF_JMP | BPF_JA, 1),
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),  // a reply's identifier
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, identifier, 5, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, message_bytes, 0, 2),
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),  // sequence number
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, requests.sequence_bits, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xffff),
  };
}

}  // namespace

std::vector<sock_filter> icmp_filter(Family family, std::uint16_t identifier, const RequestFilter& requests) {
  return family == Family::ipv4 ? ipv4_filter(identifier, requests) : ipv6_filter(identifier, requests);
}

}  // namespace trimtab::os
