#include "daemon/daemon.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <deque>

#include "daemon/bird_link.h"
#include "daemon/clients.h"
#include "engine/engine.h"
#include "os/clock.h"
#include "os/files.h"
#include "os/icmp_socket.h"
#include "os/interface_watch.h"
#include "os/log.h"
#include "os/loop.h"
#include "os/notify.h"
#include "os/privilege.h"
#include "os/random.h"
#include "os/unix_listener.h"

namespace trimtab::daemon {
namespace {

constexpr os::Token kProbes = 1, kInterfaces = 2, kListener = 3, kBird = 4;
constexpr std::size_t kLargestMetrics = 1U << 20U;

class Daemon {
 public:
  Daemon(Setup setup, os::Loop loop, os::UnixListener listener, os::IcmpSocket probes,
         os::InterfaceWatch interfaces, std::uint16_t identifier)
      : setup_(std::move(setup)),
        loop_(std::move(loop)),
        clients_(loop_, std::move(listener)),
        probes_(std::move(probes)),
        interfaces_(std::move(interfaces)),
        places_{setup_.bird_socket, setup_.bird_configuration, setup_.metrics},
        bird_(loop_, kBird, places_),
        notifier_(os::Notifier::from_environment()),
        engine_(start(identifier)) {}

  Result<void> watch_everything() {
    if (auto watched = loop_.watch(probes_.descriptor(), kProbes); !watched) return watched;
    if (auto watched = loop_.watch(interfaces_.descriptor(), kInterfaces); !watched) return watched;
    return clients_.listen(kListener);
  }

  void run() {
    perform(engine_.start(os::take_clocks()));
    notifier_.ready();
    while (!terminated_) turn(loop_.wait(next_deadline()));
    notifier_.stopping();
  }

 private:
  engine::Start start(std::uint16_t identifier) const {
    const auto metrics = os::read_file(setup_.metrics, kLargestMetrics);
    return {.mesh = setup_.mesh,
            .self = setup_.self,
            .now = os::take_clocks(),
            .identifier = identifier,
            .seed = os::random_seed(),
            .fill_random = os::fill_random,
            .metrics_text = metrics ? *metrics : std::string(),
            .candidate_path = places_.candidate()};
  }

  std::optional<MonotonicTime> next_deadline() const {
    std::optional<MonotonicTime> earliest;
    for (const auto& deadline : {engine_.next_deadline(), clients_.next_deadline(), watchdog_}) {
      if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
    }
    return earliest;
  }

  void turn(const os::Wakeup& wakeup) {
    now_ = wakeup.at;
    if (wakeup.spinning) log_.line(os::Severity::warning, "the loop does not sleep: " + *wakeup.spinning);
    for (const os::Ready& ready : wakeup.ready) take(ready);
    for (const os::Signal signal : wakeup.signals) take(signal);
    if (auto asked = clients_.next_request()) feed(std::move(*asked));
    clients_.drop_idle(now_.monotonic);
    if (const auto period = notifier_.watchdog_period();
        period && (!watchdog_ || *watchdog_ <= now_.monotonic)) {
      notifier_.alive();
      watchdog_ = now_.monotonic + *period;
    }
    feed(engine::Woken{});
  }

  void take(const os::Ready& ready) {
    switch (ready.token) {
      case kProbes:
        take_packets();
        break;
      case kInterfaces:
        take_netlink();
        break;
      case kListener:
        clients_.accept(now_.monotonic);
        break;
      case kBird:
        for (bird::Event& event : bird_.ready(ready)) feed(engine::BirdHappened{std::move(event)});
        break;
      default:
        if (ready.writable) clients_.flush(ready.token);
        if (ready.readable) clients_.read(ready.token, now_.monotonic);
    }
  }

  void take(os::Signal signal) {
    if (signal == os::Signal::terminate) {
      terminated_ = true;
      return;
    }
    notifier_.reloading(now_.monotonic);
    feed(engine::MeshRead{setup_.read_mesh()});
    notifier_.ready();
  }

  void take_packets() {
    for (os::Incoming& packet : probes_.receive()) {
      feed(engine::PacketArrived{packet.interface_index, std::move(packet.packet), {packet.stamp, now_}});
    }
  }

  void take_netlink() {
    os::InterfaceWatch::Heard heard = interfaces_.read();
    if (heard.overrun) feed(engine::NetlinkOverrun{});
    for (auto& datagram : heard.datagrams) feed(engine::NetlinkArrived{std::move(datagram)});
  }

  // Actions may lead to events at once, and those to more actions: a queue keeps their order.
  void feed(engine::Event event) {
    events_.push_back(std::move(event));
    if (feeding_) return;
    feeding_ = true;
    while (!events_.empty()) {
      const engine::Event next = std::move(events_.front());
      events_.pop_front();
      perform(engine_.handle(now_, next));
    }
    feeding_ = false;
  }

  void perform(const std::vector<engine::Action>& actions) {
    send_probes(actions);
    for (const engine::Action& action : actions) {
      std::visit([this](const auto& what) { carry_out(what); }, action);
    }
  }

  // All probes of a turn leave in one system call.
  void send_probes(const std::vector<engine::Action>& actions) {
    std::vector<os::Outgoing> outgoing;
    std::vector<const engine::SendProbe*> probes;
    for (const engine::Action& action : actions) {
      if (const auto* probe = std::get_if<engine::SendProbe>(&action)) {
        outgoing.push_back({probe->interface_index, probe->source, probe->destination, probe->message});
        probes.push_back(probe);
      }
    }
    if (probes.empty()) return;
    const auto departures = probes_.send(outgoing);
    for (std::size_t i = 0; i < probes.size(); ++i) {
      feed(
          engine::ProbeDeparted{probes[i]->link, probes[i]->sequence, departures[i].at, departures[i].error});
    }
  }

  void carry_out(const engine::SendProbe&) {}  // went out in send_probes
  void carry_out(const engine::SendNetlink& send) {
    if (const auto sent = interfaces_.send(send.request); !sent)
      log_.line(os::Severity::warning, sent.error().text());
  }
  void carry_out(const engine::DoForBird& wish) {
    if (auto event = bird_.carry_out(wish.action)) feed(engine::BirdHappened{std::move(*event)});
  }
  void carry_out(const engine::Answer& answer) { clients_.answer(answer.client, answer.line); }
  void carry_out(const engine::Say& say) { log_.line(os::Severity::notice, say.text); }

  Setup setup_;
  os::Log log_;
  os::Loop loop_;
  Clients clients_;
  os::IcmpSocket probes_;
  os::InterfaceWatch interfaces_;
  BirdPlaces places_;
  BirdLink bird_;
  os::Notifier notifier_;
  engine::Engine engine_;
  Instant now_ = os::take_clocks();
  std::deque<engine::Event> events_;
  bool feeding_ = false;
  bool terminated_ = false;
  std::optional<MonotonicTime> watchdog_;
};

Result<os::UnixListener> listen(const std::string& path) {
  auto listener = os::UnixListener::open(path);
  if (!listener && listener.error().number == EWOULDBLOCK) {
    return Error{fmt::format("another trimtab runs on {}", path),
                 "stop it first, or give this one another --socket"};
  }
  return listener;
}

}  // namespace

Result<void> run(Setup setup) {
  if (auto allowed = os::require_net_raw(); !allowed) return allowed;
  auto listener = listen(setup.socket);
  if (!listener) return listener.error();
  auto loop = os::Loop::open();
  if (!loop) return loop.error();
  const auto identifier = static_cast<std::uint16_t>(os::random_seed());
  auto probes = os::IcmpSocket::open(identifier);
  if (!probes) return probes.error();
  auto interfaces = os::InterfaceWatch::open();
  if (!interfaces) return interfaces.error();
  Daemon daemon(std::move(setup), std::move(*loop), std::move(*listener), std::move(*probes),
                std::move(*interfaces), identifier);
  if (auto watching = daemon.watch_everything(); !watching) return watching;
  daemon.run();
  return {};
}

}  // namespace trimtab::daemon
