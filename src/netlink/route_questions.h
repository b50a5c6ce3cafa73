// By which route a packet would leave, asked over the socket that brings news of interfaces
// (os::InterfaceWatch): many questions may be on their way. Pure: bytes in, bytes out.
#pragma once

#include <cstdint>
#include <map>
#include <variant>
#include <vector>

#include "netlink/route.h"

namespace trimtab::netlink {

class RouteQuestions {
 public:
  // To be sent. `about` names the question in its answer; asked again, the one before is forgotten.
  Bytes ask(std::uint32_t about, const IpAddress& destination);

  struct Answer {
    std::uint32_t about = 0;
    IpAddress destination;
    std::variant<Route, NoWay> way;
  };
  // The answers in this datagram. Whatever else it holds, malformed messages too, is passed over.
  std::vector<Answer> take(ByteSpan datagram);

 private:
  struct Question {
    std::uint32_t about = 0;
    IpAddress destination;
  };
  std::map<std::uint32_t, Question> asked_;  // by sequence number
  std::uint32_t last_ = 0;
};

}  // namespace trimtab::netlink
