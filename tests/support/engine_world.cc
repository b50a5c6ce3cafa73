#include "support/engine_world.h"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <algorithm>

#include "unit/probe/packets.h"
#include "util/check.h"
#include "util/rng.h"

namespace trimtab::test {
namespace {

std::vector<std::uint8_t> end_of_dump(std::uint32_t sequence) {
  return netlink::Request(NLMSG_DONE, NLM_F_MULTI).header(std::int32_t{0}).finish(sequence);
}

nlmsghdr header_of(const std::vector<std::uint8_t>& request) {
  nlmsghdr header{};
  TRIMTAB_CHECK(request.size() >= sizeof header);
  std::memcpy(&header, request.data(), sizeof header);
  return header;
}

}  // namespace

EngineWorld::EngineWorld(mesh::Mesh mesh, mesh::SiteId self, std::string metrics_text) {
  int index = 10;
  for (const mesh::Link* link : mesh.links_of(self)) {
    const std::string name = mesh.find_site(link->peer(self).site)->name;
    far_[name].interface_index = index++;
    by_interface_[link->own(self).interface] = name;
    by_id_[link->peer(self).site] = name;
    if (const auto& endpoint = mesh.find_site(link->peer(self).site)->endpoint)
      by_endpoint_[*parse_address(endpoint->host)] = name;
  }
  lan_interface_ = mesh.find_site(self)->lan_interface;
  metrics_file = metrics_text;
  auto rng = std::make_shared<Rng>(1);
  const auto fill = [rng](std::span<std::uint8_t> bytes) {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(rng->below(256));
  };
  engine_ = std::make_unique<engine::Engine>(engine::Start{.mesh = std::move(mesh),
                                                           .self = self,
                                                           .now = now_,
                                                           .identifier = 7,
                                                           .seed = 1,
                                                           .fill_random = fill,
                                                           .metrics_text = std::move(metrics_text),
                                                           .candidate_path = "/run/candidate.conf"});
  perform(engine_->start(now_));
}

void EngineWorld::happen(const engine::Event& event) {
  perform(engine_->handle(now_, event));
  perform(engine_->handle(now_, engine::Woken{}));
}

void EngineWorld::later(Duration delay, engine::Event event) {
  due_.push({now_.monotonic + delay, order_++, std::move(event)});
}

void EngineWorld::run_for(Duration time) {
  const MonotonicTime end = now_.monotonic + time;
  for (;;) {
    MonotonicTime next = end;
    if (const auto deadline = engine_->next_deadline())
      next = std::min(next, std::max(*deadline, now_.monotonic));
    if (!due_.empty()) next = std::min(next, due_.top().at);
    now_.wall += next - now_.monotonic;
    now_.monotonic = next;
    if (!due_.empty() && due_.top().at <= next) {
      const engine::Event event = due_.top().event;
      due_.pop();
      if (const auto* packet = std::get_if<engine::PacketArrived>(&event)) {
        engine::PacketArrived stamped = *packet;
        stamped.arrival = {now_.wall, now_};
        happen(stamped);
      } else {
        happen(event);
      }
      continue;
    }
    if (next == end) return;
    perform(engine_->handle(now_, engine::Woken{}));
  }
}

void EngineWorld::perform(const std::vector<engine::Action>& actions) {
  for (const engine::Action& action : actions) {
    std::visit([this](const auto& what) { carry_out(what); }, action);
  }
}

void EngineWorld::forge(const std::string& neighbour) {
  engine::SendProbe probe = last_probe_.at(neighbour);
  probe.message.back() ^= 1;  // the nonce is last
  const auto packet =
      probe::testing::reply_to(probe.message, {.source = probe.destination, .destination = probe.source});
  happen(engine::PacketArrived{probe.interface_index, packet, {now_.wall, now_}});
}

void EngineWorld::carry_out(const engine::SendProbe& probe) {
  if (probe::pace_of(probe.sequence) != probe::Pace::full_size) {
    last_probe_.insert_or_assign(by_id_.at(probe.link), probe);
    sent_[by_id_.at(probe.link)].push_back(now_.monotonic);
  }
  const Far& far = far_.at(by_id_.at(probe.link));
  constexpr std::size_t kIpHeader = 20;
  const std::size_t packet_bytes = kIpHeader + probe.message.size();
  const int refusal = packet_bytes > far.longest_to_leave ? EMSGSIZE : far.refusal;
  const int error = far.interface_up ? refusal : ENETDOWN;
  perform(engine_->handle(now_, engine::ProbeDeparted{probe.link, probe.sequence, now_, error}));
  if (!far.answers || error != 0 || packet_bytes > far.longest) return;
  const auto packet =
      probe::testing::reply_to(probe.message, {.source = probe.destination, .destination = probe.source});
  later(std::chrono::duration_cast<Duration>(far.rtt),
        engine::PacketArrived{probe.interface_index, packet, {}});
}

std::vector<std::uint8_t> EngineWorld::tell_link(const std::string& interface, std::uint32_t sequence) const {
  const Far& far = far_.at(by_interface_.at(interface));
  ifinfomsg header{};
  header.ifi_index = far.interface_index;
  header.ifi_flags = far.interface_up ? IFF_UP | IFF_RUNNING : 0;
  rtnl_link_stats64 counters{};
  counters.rx_bytes = far.counters.rx_bytes;
  counters.tx_bytes = far.counters.tx_bytes;
  std::vector<std::uint8_t> bytes(sizeof counters);
  std::memcpy(bytes.data(), &counters, sizeof counters);
  return netlink::Request(RTM_NEWLINK, 0)
      .header(header)
      .text(IFLA_IFNAME, interface)
      .attribute(IFLA_STATS64, bytes)
      .finish(sequence);
}

void EngineWorld::carry_out(const engine::SendNetlink& send) {
  const nlmsghdr header = header_of(send.request);
  if ((header.nlmsg_flags & NLM_F_DUMP) != 0) {
    for (const auto& [interface, name] : by_interface_) {
      later(Duration{0}, engine::NetlinkArrived{tell_link(interface, header.nlmsg_seq)});
    }
    later(Duration{0}, engine::NetlinkArrived{tell_lan(header.nlmsg_seq)});
    later(Duration{0}, engine::NetlinkArrived{end_of_dump(header.nlmsg_seq)});
    return;
  }
  if (header.nlmsg_type == RTM_GETROUTE) return tell_way(send.request);
  ++counter_requests;
  // One interface by name: the name is all that the request holds.
  const std::string bytes(send.request.begin(), send.request.end());
  for (const auto& [interface, name] : by_interface_) {
    if (bytes.find(interface) != std::string::npos) {
      later(Duration{0}, engine::NetlinkArrived{tell_link(interface, header.nlmsg_seq)});
    }
  }
}

std::vector<std::uint8_t> EngineWorld::tell_lan(std::uint32_t sequence) const {
  ifinfomsg header{};
  header.ifi_index = 1;
  header.ifi_flags = lan_up_ ? IFF_UP : 0;  // without carrier
  return netlink::Request(RTM_NEWLINK, 0).header(header).text(IFLA_IFNAME, lan_interface_).finish(sequence);
}

void EngineWorld::set_lan(bool up) {
  lan_up_ = up;
  happen(engine::NetlinkArrived{tell_lan(0)});
}

void EngineWorld::tell_way(const netlink::Bytes& request) {
  const std::uint32_t sequence = header_of(request).nlmsg_seq;
  rtmsg route{};
  const auto attributes = netlink::read_after(netlink::ByteSpan(request).subspan(sizeof(nlmsghdr)), route);
  TRIMTAB_CHECK(attributes.ok());
  const IpAddress destination = *netlink::find(*attributes, RTA_DST)->address();
  const Far& far = far_.at(by_endpoint_.at(destination));
  if (far.way_refused != 0) {
    const auto refusal =
        netlink::Request(NLMSG_ERROR, 0).header(std::int32_t{-far.way_refused}).finish(sequence);
    return later(Duration{0}, engine::NetlinkArrived{refusal});
  }
  route.rtm_flags = 0;
  route.rtm_type = RTN_UNICAST;
  const auto found = netlink::Request(RTM_NEWROUTE, 0)
                         .header(route)
                         .attribute(RTA_DST, destination)
                         .number(RTA_OIF, far.way_by)
                         .finish(sequence);
  later(Duration{0}, engine::NetlinkArrived{found});
}

void EngineWorld::carry_out(const engine::DoForBird& wish) {
  if (const auto* connect = std::get_if<bird::Connect>(&wish.action)) {
    later(Duration{0},
          engine::BirdHappened{bird::ConnectFailed{connect->connection, Error{"no BIRD"}, false}});
  } else if (std::holds_alternative<bird::WriteCandidate>(wish.action)) {
    later(Duration{0}, engine::BirdHappened{bird::FileDone{}});
  } else if (const auto* replace = std::get_if<bird::ReplaceMetrics>(&wish.action)) {
    metrics_file = replace->metrics;
    metrics_writes.push_back(replace->metrics);
    later(Duration{0}, engine::BirdHappened{bird::FileDone{}});
  } else if (std::holds_alternative<bird::InspectMetrics>(wish.action)) {
    later(Duration{0}, engine::BirdHappened{bird::MetricsFound{metrics_file, ""}});
  }
}

void EngineWorld::interface_changed(const std::string& neighbour) {
  for (const auto& [interface, name] : by_interface_) {
    if (name == neighbour) happen(engine::NetlinkArrived{tell_link(interface, 0)});
  }
}

control::Json EngineWorld::ask(const std::string& request) {
  happen(engine::Asked{1, request});
  run_for(Duration{0});
  return *control::parse_json(answers_.at(1));
}

control::Json EngineWorld::link(const std::string& neighbour) {
  const control::Json status = ask(R"({"ask": "status"})");
  const auto& links = status.at("links");
  const auto found = std::find_if(links.begin(), links.end(), [&](const control::Json& link) {
    return link.at("neighbour") == neighbour;
  });
  TRIMTAB_CHECK(found != links.end());
  return *found;
}

std::vector<std::string> EngineWorld::event_texts() {
  std::vector<std::string> texts;
  const control::Json answer = ask(R"({"ask": "events"})");
  for (const control::Json& event : answer["events"]) {
    texts.push_back((event["link"].is_null() ? "" : event["link"].get<std::string>() + ": ") +
                    event["text"].get<std::string>());
  }
  return texts;
}

}  // namespace trimtab::test
