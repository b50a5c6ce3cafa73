// Who asks us: one request at a time, in turn, and nobody keeps the others or the probes waiting.
#include "daemon/clients.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "unit/os/temporary_directory.h"

namespace trimtab::daemon {
namespace {

using os::testing::TemporaryDirectory;

class ClientsTest : public ::testing::Test {
 protected:
  os::UnixStream connect() {
    auto stream = os::UnixStream::connect(directory_ / "sock");
    EXPECT_TRUE(stream);
    clients_.accept(now_);
    return *std::move(stream);
  }
  // Says it, and nothing more where `last`; the daemon hears it.
  void say(os::UnixStream& stream, engine::Client client, const std::string& bytes, bool last = false) {
    EXPECT_TRUE(stream.write(bytes));
    if (last) ::shutdown(stream.descriptor(), SHUT_WR);
    clients_.read(client, now_);
  }
  std::string next() {
    const auto asked = clients_.next_request();
    return asked ? std::to_string(asked->client - kFirst) + ":" + asked->line : "nobody";
  }

  static constexpr engine::Client kFirst = Clients::kFirstToken;
  TemporaryDirectory directory_;
  MonotonicTime now_{std::chrono::hours{1}};
  os::Loop loop_ = *os::Loop::open();
  Clients clients_{loop_, *os::UnixListener::open(directory_ / "sock")};
};

TEST_F(ClientsTest, TheNextRequestWaitsForTheAnswerOfTheLast) {
  auto one = connect();
  say(one, kFirst, "first\nsecond\nthi");
  EXPECT_EQ(next(), "0:first");
  EXPECT_EQ(next(), "nobody");
  EXPECT_GT(*clients_.next_deadline(), now_) << "nothing to do until it is answered";
  clients_.answer(kFirst, "one");
  EXPECT_LE(*clients_.next_deadline(), now_) << "and then at once";
  EXPECT_EQ(next(), "0:second");
  clients_.answer(kFirst, "two");
  EXPECT_EQ(next(), "nobody");
  say(one, kFirst, "rd\n");
  EXPECT_EQ(next(), "0:third");
  EXPECT_EQ(one.read().bytes, "one\ntwo\n");
}

TEST_F(ClientsTest, EveryClientHasItsTurn) {
  auto one = connect();
  auto other = connect();
  say(one, kFirst, "a\nb\nc\n");
  say(other, kFirst + 1, "d\n");
  EXPECT_EQ(next(), "0:a");
  clients_.answer(kFirst, "");
  EXPECT_EQ(next(), "1:d");
  EXPECT_EQ(next(), "0:b");
}

TEST_F(ClientsTest, WhoSaysNoMoreIsStillAnsweredAndThenLetGo) {
  auto one = connect();
  say(one, kFirst, "ask\n", true);
  EXPECT_EQ(next(), "0:ask");
  clients_.answer(kFirst, "answer");
  const auto received = one.read();
  EXPECT_EQ(received.bytes, "answer\n");
  EXPECT_TRUE(received.closed || one.read().closed);
  EXPECT_FALSE(clients_.next_deadline()) << "nobody is left";
}

TEST_F(ClientsTest, WhoGoesWithoutAskingIsLetGo) {
  auto one = connect();
  say(one, kFirst, "half a request", true);
  EXPECT_FALSE(clients_.next_deadline());
}

TEST_F(ClientsTest, WhoTalksTooMuchIsCutOff) {
  auto one = connect();
  say(one, kFirst, std::string(5000, '\n'));
  EXPECT_EQ(next(), "nobody");
  EXPECT_TRUE(one.read().closed);
}

TEST_F(ClientsTest, WhoWasSilentForLongestMakesRoom) {
  std::vector<os::UnixStream> silent;
  for (std::size_t count = 0; count < Clients::kMost; ++count) {
    silent.push_back(connect());
    now_ += std::chrono::milliseconds{1};
  }
  say(silent.front(), kFirst, "first\n");
  auto late = connect();
  EXPECT_TRUE(silent[1].read().closed) << "the first one has asked since";
  EXPECT_FALSE(silent[0].read().closed);
  say(late, kFirst + Clients::kMost, "late\n");
  EXPECT_EQ(next(), "0:first");
  EXPECT_EQ(next(), std::to_string(Clients::kMost) + ":late");
}

TEST_F(ClientsTest, NobodyWhoWaitsForUsMakesRoom) {
  std::vector<os::UnixStream> asking;
  for (std::size_t count = 0; count < Clients::kMost; ++count) {
    asking.push_back(connect());
    say(asking.back(), kFirst + count, "ask\n");
  }
  auto late = connect();
  EXPECT_TRUE(late.read().closed);
  EXPECT_FALSE(asking.front().read().closed);
}

TEST_F(ClientsTest, ARequestMayNotTakeForEver) {
  auto slow = connect();
  for (Duration passed{}; passed < Clients::kSlowest; passed += std::chrono::seconds{1}) {
    clients_.drop_idle(now_);
    EXPECT_FALSE(slow.read().closed);
    say(slow, kFirst, "x");
    now_ += std::chrono::seconds{1};
  }
  EXPECT_LE(*clients_.next_deadline(), now_);
  clients_.drop_idle(now_);
  EXPECT_TRUE(slow.read().closed);
}

TEST_F(ClientsTest, AnAnswerToNobodyIsNothing) {
  clients_.answer(kFirst, "late");
  clients_.read(kFirst, now_);
  EXPECT_EQ(next(), "nobody");
}

}  // namespace
}  // namespace trimtab::daemon
