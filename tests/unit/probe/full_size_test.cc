// The check of full-size packets by itself: scripts of what happens, a letter for each.
#include "probe/full_size.h"

#include <gtest/gtest.h>

#include <string>

namespace trimtab::probe {
namespace {

using namespace std::chrono_literals;

const IpAddress kPeer = IpAddress::ipv4(0x0a000002), kStranger = IpAddress::ipv4(0x0a000003);

// Small probes leave every 3 s and are answered after 20 ms, as the letters say:
//   s answered   e answered, but had left before the last full-size probe   f answered, 0.1 s later only
//   p there is no money for full-size ones from now on   P there is again
//   l lost       . nothing comes back   z nobody ran us   r our kernel refuses full-size ones from now on
// And answers to full-size probes: a to the last one, A to the first of the check, with a wrong
//   n nonce   b length   o source   q number
class Script {
 public:
  explicit Script(Duration interval = 15s) : check(kPeer, 1400, interval) { check.set_timeout(1s); }

  void play(const std::string& letters) {
    for (const char letter : letters) step(letter);
  }

  int sent_until(MonotonicTime end) {
    const int before = sent;
    while (now < end) step('s');
    return sent - before;
  }

  FullSizeCheck check;
  MonotonicTime now{1000s};
  int sent = 0;

 private:
  void step(char letter) {
    if (std::string("self.").find(letter) != std::string::npos) now += letter == 'f' ? 100ms : 3s;
    if (letter == 's' || letter == 'f') check.small_answered(now - 20ms, now);
    if (letter == 'e') check.small_answered(left_ - 10ms, now);
    if (letter == 'l') check.small_lost();
    if (letter == 'z') check.overslept();
    if (letter == 'r') refusing_ = true;
    if (letter == 'p' || letter == 'P') poor_ = letter == 'p';
    if (std::string("aAnboq").find(letter) != std::string::npos) answer(letter);
    if (check.tick().value_or(MonotonicTime::max()) <= now + 50ms) send();
  }

  void send() {
    now = *check.tick();
    if (poor_) return check.cannot_pay(now);
    const EchoRequest request = check.make(7, {++drawn_}, now);
    asked_ = request;
    first_ = sent == 0 ? request : first_;
    left_ = now;
    ++sent;
    if (!refusing_) check.sent(request.sequence, now);
  }

  void answer(char letter) {
    const EchoRequest& to = letter == 'A' ? first_ : asked_;
    EchoReply reply{kPeer, to.identifier, to.sequence, to.nonce, to.payload_bytes};
    if (letter == 'n') reply.nonce.back() ^= 1;
    if (letter == 'b') --reply.payload_bytes;
    if (letter == 'o') reply.source = kStranger;
    if (letter == 'q') ++reply.sequence;
    check.received(reply, now);
  }

  bool refusing_ = false, poor_ = false;
  std::uint8_t drawn_ = 0;
  EchoRequest asked_, first_;
  MonotonicTime left_{};
};

struct Row {
  const char* name;
  const char* script;
  Passage passage;
  int probes;
};

TEST(FullSizeCheck, LearnsFromFourLostOrOneAnswer) {
  const Row table[] = {
      {"nothing before the first answer", "......", Passage::unknown, 0},
      {"begins with the first answer", "s", Passage::unknown, 1},
      {"answered", "sa", Passage::passes, 1},
      {"four lost, small ones answered", "sssss", Passage::blocked, 4},
      {"the fourth is not lost yet", "ssss", Passage::unknown, 4},
      {"the fourth is answered", "ssssa", Passage::passes, 4},
      {"the first is answered late", "ssssAs", Passage::passes, 4},
      {"the first is answered after the verdict", "sssssA", Passage::passes, 4},
      {"silence of all", "s........", Passage::unknown, 1},
      {"silence between", "ss......", Passage::unknown, 2},
      {"a small one is lost too", "sslssss", Passage::unknown, 2},
      {"a small one is lost before the verdict", "ssssls", Passage::unknown, 4},
      {"nobody ran us", "ssssz.s", Passage::unknown, 4},
      {"the answer comes when we run again", "szsa", Passage::passes, 1},
      {"refused by our kernel", "rssssssss", Passage::unknown, 1},
      {"small ones had left before", "seeeeee", Passage::unknown, 1},
      {"too early to say", "sffffffff", Passage::unknown, 1},
      {"wrong nonce", "snsnsnsns", Passage::blocked, 4},
      {"wrong length", "sbsbsbsbs", Passage::blocked, 4},
      {"wrong source", "sososososos", Passage::blocked, 4},
      {"wrong number", "sqsqsqsqs", Passage::blocked, 4},
      {"answer to what was refused", "rsa", Passage::unknown, 1},
  };
  for (const Row& row : table) {
    Script script;
    script.play(row.script);
    EXPECT_EQ(script.check.verdict().passage, row.passage) << row.name;
    EXPECT_EQ(script.sent, row.probes) << row.name;
  }
}

TEST(FullSizeCheck, TriesEvery240RoundsWhilePacketsPass) {
  Script script;
  script.play("sa");
  const MonotonicTime passed = script.now;
  EXPECT_EQ(script.sent_until(passed + 59min), 0);
  EXPECT_EQ(script.sent_until(passed + 60min), 1);
}

TEST(FullSizeCheck, TriesOneProbeEveryFourRoundsWhileTheyDoNot) {
  Script script;
  script.play("sssss");
  EXPECT_EQ(script.sent_until(script.now + 57s), 0);
  EXPECT_EQ(script.sent_until(script.now + 6s), 1);
  EXPECT_LE(script.sent_until(script.now + 1h), 60);
  EXPECT_EQ(script.check.verdict().passage, Passage::blocked);
  while (script.sent_until(script.now + 3s) == 0) continue;
  script.play("a");
  EXPECT_EQ(script.check.verdict().passage, Passage::passes);
  EXPECT_EQ(script.sent_until(script.now + 59min), 0);
}

TEST(FullSizeCheck, TriesAgainSoonAfterItLearntNothing) {
  for (const char* nothing : {"ssl", "ssz"}) {
    Script script;
    script.play(nothing);
    const MonotonicTime begun = MonotonicTime{1003s};
    EXPECT_EQ(script.sent_until(begun + 57s), 0) << nothing;
    EXPECT_EQ(script.sent_until(begun + 60s), 1) << nothing;
  }
}

TEST(FullSizeCheck, WaitsWhereItCannotPayAndForgetsNothing) {
  Script script;
  script.play("ssp");
  EXPECT_EQ(script.sent_until(script.now + 10min), 0);
  script.play("P");
  while (script.check.verdict().passage == Passage::unknown) script.play("s");
  EXPECT_EQ(script.check.verdict().passage, Passage::blocked);
  EXPECT_EQ(script.sent, 4);
  Script unlucky;
  unlucky.play("sspsslP");
  EXPECT_EQ(unlucky.sent_until(unlucky.now + 63s), 4) << "all of them: a small one was lost between";
  Script poor;
  poor.play("pssssssss");
  EXPECT_EQ(poor.sent, 0);
  poor.play("P");
  EXPECT_EQ(poor.sent_until(poor.now + 63s), 4);
}

TEST(FullSizeCheck, AnAnswerSentAgainIsNoNews) {
  Script script;
  script.play("sas");
  script.sent_until(script.now + 1h);
  script.play("sssssss");  // the next check: nothing is heard of its probes
  ASSERT_EQ(script.check.verdict().passage, Passage::blocked);
  script.play("AA");  // to the very first probe
  EXPECT_EQ(script.check.verdict().passage, Passage::blocked);
}

TEST(FullSizeCheck, FillsThePacketToTheMtuOrToWhatWeCanReceive) {
  FullSizeCheck four(kPeer, 1400, 15s), six({Family::ipv6, {}}, 1400, 15s), jumbo(kPeer, 65'535, 15s);
  EXPECT_EQ(four.make(1, {}, {}).payload_bytes, 1400U - 20 - 8);
  EXPECT_EQ(six.make(1, {}, {}).payload_bytes, 1400U - 40 - 8);
  EXPECT_EQ(jumbo.make(1, {}, {}).payload_bytes, 9216U - 20 - 8);
  EXPECT_EQ(jumbo.verdict().packet_bytes, 9216);
}

}  // namespace
}  // namespace trimtab::probe
