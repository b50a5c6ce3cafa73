#include "daemon/daemon.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <deque>

#include "daemon/bird_link.h"
#include "daemon/clients.h"
#include "engine/engine.h"
#include "os/clock.h"
#include "os/file_lock.h"
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

constexpr os::Token kProbes = 1, kInterfaces = 2, kListener = 3, kBird = 4, kProbes6 = 5;

// How long what somebody removed may be missing; shorter costs some system calls each time.
constexpr Duration kLookPace = std::chrono::seconds{5};

static_assert(os::kLongestPacket >= probe::kLongestPacket);

// IPv6's is missing where the kernel has none.
struct ProbeSockets {
  os::IcmpSocket ipv4;
  std::optional<os::IcmpSocket> ipv6;
};

// Two that write one metrics file, each by its own socket, would undo each other's work.
Result<os::FileLock> own(const std::string& metrics) {
  auto lock = os::FileLock::take(metrics + ".lock", Duration::zero());
  if (!lock && lock.error().number == ENOENT)
    return Error{lock.error().what, "`trimtab up` makes its directory; or give another --run-dir"};
  if (!lock && lock.error().number == EAGAIN) {
    return Error{.what = fmt::format("another trimtab writes {}", metrics),
                 .fix = "stop it first, or give this one another --run-dir",
                 .number = EAGAIN};
  }
  return lock;
}

class Daemon {
 public:
  Daemon(Setup setup, os::FileLock only_writer, os::Loop loop, os::UnixListener listener, ProbeSockets probes,
         os::InterfaceWatch interfaces, std::uint16_t identifier)
      : setup_(std::move(setup)),
        only_writer_(std::move(only_writer)),
        loop_(std::move(loop)),
        clients_(loop_, std::move(listener)),
        probes_(std::move(probes)),
        interfaces_(std::move(interfaces)),
        places_{setup_.bird_socket, setup_.bird_configuration, setup_.metrics},
        bird_(loop_, kBird, places_),
        notifier_(os::Notifier::from_environment()),
        engine_(start(identifier)) {}

  Result<void> watch_everything() {
    if (auto watched = loop_.watch(probes_.ipv4.descriptor(), kProbes); !watched) return watched;
    if (probes_.ipv6) {
      if (auto watched = loop_.watch(probes_.ipv6->descriptor(), kProbes6); !watched) return watched;
    }
    if (auto watched = loop_.watch(interfaces_.descriptor(), kInterfaces); !watched) return watched;
    return clients_.listen(kListener);
  }

  // An error: another one writes the metrics file by now.
  Result<void> run() {
    if (!probes_.ipv4.is_raw())
      log_.line(os::Severity::warning,
                "no CAP_NET_RAW: probes go through a datagram socket, which hears no peer's suspicion and no "
                "ICMP errors");
    perform(engine_.start(os::take_clocks()));
    notifier_.ready();
    while (!terminated_) turn(loop_.wait(next_deadline()));
    notifier_.stopping();
    if (ousted_) return *ousted_;
    only_writer_.remove_file();
    return {};
  }

 private:
  engine::Start start(std::uint16_t identifier) const {
    places_.remove_leftovers();
    const auto metrics = places_.inspect();
    return {.mesh = setup_.mesh,
            .self = setup_.self,
            .now = os::take_clocks(),
            .identifier = identifier,
            .seed = os::random_seed(),
            .fill_random = os::fill_random,
            .metrics_text = metrics ? metrics->text : std::string(),
            .metrics_fault = metrics ? metrics->fault : std::string(),
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
    look_after_files();
    if (const auto period = notifier_.watchdog_period();
        period && (!watchdog_ || *watchdog_ <= now_.monotonic)) {
      notifier_.alive();
      watchdog_ = now_.monotonic + *period;
    }
    feed(engine::Woken{});
  }

  // Who tidies a directory up takes away the socket that commands ask at, and the locks that keep a second
  // one out.
  void look_after_files() {
    if (now_.monotonic < next_look_) return;
    next_look_ = now_.monotonic + kLookPace;
    if (const auto news = clients_.stay_reachable()) log_.line(os::Severity::warning, *news);
    if (only_writer_.in_place()) return;
    auto again = own(setup_.metrics);
    if (again) {
      only_writer_ = *std::move(again);
    } else if (again.error().number == EAGAIN) {
      ousted_ = again.error();
      terminated_ = true;
    }
  }

  void take(const os::Ready& ready) {
    switch (ready.token) {
      case kProbes:
        take_packets(probes_.ipv4);
        break;
      case kProbes6:
        take_packets(*probes_.ipv6);
        break;
      case kInterfaces:
        take_netlink();
        break;
      case kListener:
        clients_.accept(now_.monotonic);
        if (const auto complaint = clients_.complaint(now_.monotonic))
          log_.line(os::Severity::warning, *complaint);
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

  void take_packets(os::IcmpSocket& socket) {
    for (os::Incoming& packet : socket.receive()) {
      feed(engine::PacketArrived{
          packet.interface_index, std::move(packet.packet), {packet.stamp, now_}, packet.source});
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

  void send_probes(const std::vector<engine::Action>& actions) {
    send_probes(actions, Family::ipv4);
    send_probes(actions, Family::ipv6);
  }

  // All probes of a turn and a family leave in one system call.
  void send_probes(const std::vector<engine::Action>& actions, Family family) {
    std::vector<os::Outgoing> outgoing;
    std::vector<const engine::SendProbe*> probes;
    for (const engine::Action& action : actions) {
      const auto* probe = std::get_if<engine::SendProbe>(&action);
      if (probe != nullptr && probe->destination.family == family) {
        outgoing.push_back({probe->interface_index, probe->source, probe->destination, probe->message});
        probes.push_back(probe);
      }
    }
    if (probes.empty()) return;
    const auto departures = send(outgoing, family);
    for (std::size_t i = 0; i < probes.size(); ++i) {
      feed(
          engine::ProbeDeparted{probes[i]->link, probes[i]->sequence, departures[i].at, departures[i].error});
    }
  }

  std::vector<os::Departure> send(const std::vector<os::Outgoing>& outgoing, Family family) {
    if (family == Family::ipv4) return probes_.ipv4.send(outgoing);
    if (probes_.ipv6) return probes_.ipv6->send(outgoing);
    return std::vector<os::Departure>(outgoing.size(), {.at = now_, .error = EAFNOSUPPORT});
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
  os::FileLock only_writer_;
  os::Log log_;
  os::Loop loop_;
  Clients clients_;
  ProbeSockets probes_;
  os::InterfaceWatch interfaces_;
  BirdPlaces places_;
  BirdLink bird_;
  os::Notifier notifier_;
  engine::Engine engine_;
  Instant now_ = os::take_clocks();
  std::deque<engine::Event> events_;
  bool feeding_ = false;
  bool terminated_ = false;
  std::optional<Error> ousted_;
  MonotonicTime next_look_{};
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

Result<ProbeSockets> open_probe_sockets(std::uint16_t identifier) {
  const auto open = [&](Family family) {
    const auto packet_bytes = static_cast<std::uint16_t>(probe::echo_packet_bytes(family));
    return os::IcmpSocket::open(
        identifier,
        {.packet_bytes = packet_bytes, .sequence_bits = static_cast<std::uint16_t>(probe::Pace::quick)},
        family);
  };
  auto ipv4 = open(Family::ipv4);
  if (!ipv4) return ipv4.error();
  auto ipv6 = open(Family::ipv6);
  if (!ipv6 && ipv6.error().number != EAFNOSUPPORT && ipv4->is_raw()) return ipv6.error();
  ProbeSockets sockets{.ipv4 = *std::move(ipv4), .ipv6 = std::nullopt};
  if (ipv6) sockets.ipv6 = *std::move(ipv6);
  return sockets;
}

}  // namespace

Result<void> run(Setup setup) {
  const auto identifier = static_cast<std::uint16_t>(std::max<std::uint64_t>(os::random_seed() & 0xffffU, 1));
  auto probes = open_probe_sockets(identifier);
  if (!probes) {
    if (auto allowed = os::require_net_raw(); !allowed) return allowed;
    return probes.error();
  }
  auto only_writer = own(setup.metrics);
  if (!only_writer) return only_writer.error();
  auto listener = listen(setup.socket);
  if (!listener) {
    only_writer->remove_file();
    return listener.error();
  }
  auto loop = os::Loop::open();
  if (!loop) return loop.error();
  auto interfaces = os::InterfaceWatch::open();
  if (!interfaces) return interfaces.error();
  Daemon daemon(std::move(setup), *std::move(only_writer), std::move(*loop), std::move(*listener),
                std::move(*probes), std::move(*interfaces), identifier);
  if (auto watching = daemon.watch_everything(); !watching) return watching;
  return daemon.run();
}

}  // namespace trimtab::daemon
