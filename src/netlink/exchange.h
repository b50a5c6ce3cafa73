// One request and its answer: datagrams go in until the answer is whole. Knows sequence numbers, dumps in
// many parts, the kernel's errors with their explanation (extended acknowledgement), and interrupted dumps.
#pragma once

#include <cstdint>
#include <vector>

#include "netlink/message.h"

namespace trimtab::netlink {

class Exchange {
 public:
  explicit Exchange(std::uint32_t sequence) : sequence_(sequence) {}

  enum class Progress : std::uint8_t {
    wanting,      // more datagrams are to come
    complete,     // take_messages() has the answer
    interrupted,  // the table changed during the dump (NLM_F_DUMP_INTR): send the request again
  };

  // Messages of other sequence numbers (late answers, notifications) are passed over. An error is the
  // kernel's refusal, with its errno as the number and its own words where it gave any, or a malformed
  // datagram.
  Result<Progress> take(ByteSpan datagram);

  std::vector<Message> take_messages() { return std::move(messages_); }

 private:
  Result<Progress> finish(ByteSpan payload, std::uint16_t flags, std::size_t echo_header);

  std::uint32_t sequence_;
  bool interrupted_ = false;
  std::vector<Message> messages_;
};

}  // namespace trimtab::netlink
