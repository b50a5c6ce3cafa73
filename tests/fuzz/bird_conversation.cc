// A BIRD that says anything at any time. The input is what it says; ESC and a letter between are what
// happens meanwhile. No command may go out before the one ahead of it was answered on the same connection:
// a late reply would be taken for another's.
#include "bird/publisher.h"
#include "fuzz/input.h"

namespace trimtab {
namespace {

using namespace bird;

class World {
 public:
  World() : publisher_({{2, IpAddress::ipv4(0xac1f0002), "gre-b", true}, {3, {}, "gre-c", false}}, "/c", "") {
    perform(publisher_.start(now_));
  }

  void happen(char what) {
    const auto cost = static_cast<std::uint32_t>(what) * 7;
    if (what == 's' || what == 'S') now_ += std::chrono::milliseconds{what == 's' ? 900 : 5100};
    if (what == 's' || what == 'S') feed(TimePassed{});
    if (what == 'c') feed(Closed{connection_});
    if (what == 'f') feed(ConnectFailed{connection_, Error{"no"}, false});
    if (what == 'e') file_fails_ = !file_fails_;
    if (what == 'q') perform(publisher_.query(now_, ++token_, "show route 10.10.4.0/24 all"));
    if (what == 'r') perform(publisher_.read_routes(now_, 4'200'000'000));
    if (what >= '0' && what <= '9') perform(publisher_.publish(now_, {.values = {{2, cost}, {3, 9}}}));
  }
  void say(std::string_view bytes) {
    if (bytes.empty()) return;
    if (const auto replies = heard_.feed(bytes)) answered_ += replies->size();
    feed(Received{connection_, std::string(bytes)});
  }

 private:
  void feed(const Event& event) { perform(publisher_.handle(now_, event)); }

  void perform(const std::vector<Action>& actions) {
    for (const Action& action : actions) {
      if (const auto* connect = std::get_if<Connect>(&action)) {
        connection_ = connect->connection;
        heard_ = {};
        answered_ = sent_ = 0;
        feed(Connected{connection_});
      } else if (const auto* send = std::get_if<Send>(&action)) {
        TRIMTAB_CHECK(send->bytes.ends_with('\n') && send->connection == connection_);
        TRIMTAB_CHECK(++sent_ <= answered_);  // the greeting comes before the first
      } else if (std::holds_alternative<WriteCandidate>(action) ||
                 std::holds_alternative<ReplaceMetrics>(action)) {
        feed(FileDone{file_fails_ ? std::optional(Error{"disk full"}) : std::nullopt});
      }
    }
  }

  MonotonicTime now_{std::chrono::hours{1}};
  Publisher publisher_;
  ReplyReader heard_;
  ConnectionId connection_ = 0;
  std::size_t answered_ = 0, sent_ = 0;
  std::uint64_t token_ = 0;
  bool file_fails_ = false;
};

}  // namespace
}  // namespace trimtab

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr char kEscape = '\x1b';
  std::string_view text = trimtab::fuzz::text_of(data, size);
  trimtab::World world;
  while (!text.empty()) {
    const std::size_t escape = std::min(text.find(kEscape), text.size());
    world.say(text.substr(0, escape));
    text.remove_prefix(escape);
    if (text.size() > 1) world.happen(text[1]);
    text.remove_prefix(std::min<std::size_t>(2, text.size()));
  }
  return 0;
}
