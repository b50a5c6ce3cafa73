#include "netlink/route_questions.h"

#include <linux/netlink.h>

namespace trimtab::netlink {
namespace {

// InterfaceTable numbers its own questions from 1 on.
constexpr std::uint32_t kOurs = 0x8000'0000U;

}  // namespace

Bytes RouteQuestions::ask(std::uint32_t about, const IpAddress& destination) {
  std::erase_if(asked_, [about](const auto& one) { return one.second.about == about; });
  const std::uint32_t sequence = kOurs | ++last_;
  asked_[sequence] = {about, destination};
  return find_route(destination).finish(sequence);
}

std::vector<RouteQuestions::Answer> RouteQuestions::take(ByteSpan datagram) {
  std::vector<Answer> answers;
  while (const auto message = take_message(datagram)) {
    const auto asked = asked_.find(message->sequence);
    if (asked == asked_.end()) continue;
    const Question question = asked->second;
    if (message->type == NLMSG_ERROR) {
      asked_.erase(asked);
      // Else the kernel could not tell, or acknowledges a question that it gave no answer to.
      if (const auto none = no_way(error_number(message->payload)))
        answers.push_back({question.about, question.destination, *none});
      continue;
    }
    const auto route = read_route({message->type, Bytes(message->payload.begin(), message->payload.end())});
    if (!route || !*route) continue;
    asked_.erase(asked);
    answers.push_back({question.about, question.destination, **route});
  }
  return answers;
}

}  // namespace trimtab::netlink
