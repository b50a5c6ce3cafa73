#include "netlink/route_questions.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <cstring>

namespace trimtab::netlink {
namespace {

// InterfaceTable numbers its own questions from 1 on.
constexpr std::uint32_t kOurs = 0x8000'0000U;
constexpr std::int32_t kHighestError = 4096;  // none of the kernel's is as high

}  // namespace

Bytes RouteQuestions::ask(std::uint32_t about, const IpAddress& destination) {
  std::erase_if(asked_, [about](const auto& one) { return one.second == about; });
  const std::uint32_t sequence = kOurs | ++last_;
  asked_[sequence] = about;
  return find_route(destination).finish(sequence);
}

std::vector<RouteQuestions::Answer> RouteQuestions::take(ByteSpan datagram) {
  std::vector<Answer> answers;
  while (const auto message = take_message(datagram)) {
    const auto asked = asked_.find(message->sequence);
    if (asked == asked_.end()) continue;
    Answer answer{.about = asked->second};
    if (message->type == NLMSG_ERROR) {
      std::int32_t status = 0;
      if (message->payload.size() >= sizeof status)
        std::memcpy(&status, message->payload.data(), sizeof status);
      asked_.erase(asked);
      answer.refused = status > -kHighestError && status < 0 ? -status : 0;
      if (!means_no_way(answer.refused)) continue;  // it could not be told, or was told without a route
    } else {
      const auto route = read_route({message->type, Bytes(message->payload.begin(), message->payload.end())});
      if (!route || !*route) continue;
      asked_.erase(asked);
      answer.route = **route;
    }
    answers.push_back(answer);
  }
  return answers;
}

}  // namespace trimtab::netlink
