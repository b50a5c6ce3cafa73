#include "netlink/exchange.h"

#include <fmt/core.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstring>

namespace trimtab::netlink {
namespace {

// What the kernel adds to an error in words (extended acknowledgement); empty where it said nothing.
std::string explanation(ByteSpan attributes) {
  const auto read = read_attributes(attributes);
  if (!read) return {};
  const Attribute* text = find(*read, NLMSGERR_ATTR_MSG);
  return text == nullptr ? std::string{} : text->text();
}

}  // namespace

// The payload of NLMSG_ERROR and NLMSG_DONE: a negative errno, or 0; for an error the request's header
// follows, then the explanation's attributes where NLM_F_ACK_TLVS says so.
Result<Exchange::Progress> Exchange::finish(ByteSpan payload, std::uint16_t flags, std::size_t echo_header) {
  const int number = error_number(payload);
  if (number == 0) return interrupted_ ? Progress::interrupted : Progress::complete;
  const std::size_t skip = sizeof(std::int32_t) + echo_header;
  std::string why = std::strerror(number);
  if ((flags & NLM_F_ACK_TLVS) != 0 && payload.size() > skip) {
    const std::string words = explanation(payload.subspan(skip));
    if (!words.empty()) why = fmt::format("{} ({})", words, why);
  }
  return Error{.what = why, .number = number};
}

Result<Exchange::Progress> Exchange::take(ByteSpan datagram) {
  while (!datagram.empty()) {
    const auto message = take_message(datagram);
    if (!message) return Error{"netlink: a message's length does not fit its datagram"};
    if (message->sequence != sequence_) continue;
    if ((message->flags & NLM_F_DUMP_INTR) != 0) interrupted_ = true;
    switch (message->type) {
      case NLMSG_NOOP:
        break;
      case NLMSG_OVERRUN:
        return Error{"netlink: the kernel lost part of its answer"};
      case NLMSG_DONE:
        return finish(message->payload, message->flags, 0);
      // With NETLINK_CAP_ACK the kernel repeats only the header of what it refuses.
      case NLMSG_ERROR:
        return finish(message->payload, message->flags, sizeof(nlmsghdr));
      default:
        messages_.push_back({message->type, Bytes(message->payload.begin(), message->payload.end())});
    }
  }
  return Progress::wanting;
}

}  // namespace trimtab::netlink
