#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>

#include "os/clock.h"
#include "os/files.h"
#include "os/unix_listener.h"
#include "temporary_directory.h"

namespace trimtab::os {
namespace {

using namespace std::chrono_literals;
using testing::TemporaryDirectory;

TEST(UnixListener, CarriesBytesBothWays) {
  const TemporaryDirectory directory;
  auto listener = UnixListener::open(directory / "sock");
  ASSERT_TRUE(listener) << listener.error().text();
  EXPECT_FALSE(listener->accept());
  auto client = UnixStream::connect(directory / "sock");
  ASSERT_TRUE(client);
  auto served = listener->accept();
  ASSERT_TRUE(served);
  ASSERT_TRUE(client->write("ask\n"));
  EXPECT_EQ(served->read().bytes, "ask\n");
  ASSERT_TRUE(served->write("answer\n"));
  EXPECT_EQ(client->read().bytes, "answer\n");
  EXPECT_FALSE(client->read().closed);
  served.reset();
  EXPECT_TRUE(client->read().closed);
}

TEST(UnixListener, LetsOnlyTheGroupIn) {
  const TemporaryDirectory directory;
  const auto listener = UnixListener::open(directory / "sock");
  struct stat found {};
  ASSERT_EQ(::stat((directory / "sock").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0660U);
}

TEST(UnixListener, KnowsWhoAsksWhateverTheModeSays) {
  const TemporaryDirectory directory;
  auto listener = UnixListener::open(directory / "sock");
  ASSERT_TRUE(listener);
  ASSERT_EQ(::chmod((directory / "").c_str(), 0755), 0);
  ASSERT_EQ(::chmod((directory / "sock").c_str(), 0666), 0);
  for (const gid_t group : {gid_t{65534}, ::getgid()}) {
    const pid_t child = ::fork();
    if (child == 0) {
      const bool became = ::setgroups(1, &group) == 0 && ::setgid(65534) == 0 && ::setuid(65534) == 0;
      const auto stream = UnixStream::connect(directory / "sock");
      ::pause();
      ::_exit(became && stream ? 0 : 1);
    }
    std::optional<UnixStream> served;
    while (!(served = listener->accept())) std::this_thread::yield();
    EXPECT_EQ(served->peer()->uid, 65534U);
    EXPECT_EQ(listener->admits(*served), group == ::getgid()) << "group " << group;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
}

TEST(UnixListener, ASecondOwnerIsRefused) {
  const TemporaryDirectory directory;
  const auto first = UnixListener::open(directory / "sock");
  ASSERT_TRUE(first);
  const auto second = UnixListener::open(directory / "sock");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().number, EWOULDBLOCK);
  EXPECT_TRUE(UnixStream::connect(directory / "sock")) << "the first one must go on serving";
}

TEST(UnixListener, GoesAndComesBack) {
  const TemporaryDirectory directory;
  { const auto first = UnixListener::open(directory / "sock"); }
  EXPECT_EQ(UnixStream::connect(directory / "sock").error().number, ENOENT);
  EXPECT_TRUE(UnixListener::open(directory / "sock"));
}

TEST(UnixListener, ReplacesTheSocketOfAKilledProcess) {
  const TemporaryDirectory directory;
  const pid_t child = ::fork();
  if (child == 0) {
    const auto listener = UnixListener::open(directory / "sock");
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(UnixStream::connect(directory / "sock").error().number, ECONNREFUSED);
  const auto listener = UnixListener::open(directory / "sock");
  ASSERT_TRUE(listener) << listener.error().text();
  EXPECT_TRUE(UnixStream::connect(directory / "sock"));
}

TEST(UnixListener, ListensAgainWhereSomebodyTookItsFileAway) {
  const TemporaryDirectory directory;
  auto listener = UnixListener::open(directory / "sock");
  ASSERT_TRUE(listener);
  EXPECT_TRUE(listener->in_place());
  for (const bool lock_too : {false, true}) {
    ASSERT_EQ(::unlink((directory / "sock").c_str()), 0);
    if (lock_too) ASSERT_EQ(::unlink((directory / "sock.lock").c_str()), 0);
    EXPECT_FALSE(listener->in_place());
    const auto renewed = listener->renew();
    ASSERT_TRUE(renewed) << renewed.error().text();
    EXPECT_TRUE(listener->in_place());
    EXPECT_TRUE(UnixStream::connect(directory / "sock"));
    EXPECT_TRUE(listener->accept());
    EXPECT_FALSE(UnixListener::open(directory / "sock")) << "the lock is held again as well";
  }
}

// Its file and its lock were taken away, and another process has come meanwhile.
TEST(UnixListener, LeavesAnotherOwnersSocketAlone) {
  const TemporaryDirectory directory;
  {
    auto first = UnixListener::open(directory / "sock");
    ASSERT_TRUE(first);
    ASSERT_EQ(::unlink((directory / "sock.lock").c_str()), 0);
    const auto second = UnixListener::open(directory / "sock");
    ASSERT_TRUE(second);
    EXPECT_FALSE(first->in_place());
    EXPECT_EQ(first->renew().error().number, EWOULDBLOCK);
    EXPECT_TRUE(second->in_place());
  }
  EXPECT_EQ(UnixStream::connect(directory / "sock").error().number, ENOENT);
}

TEST(UnixListener, NeverRemovesAnythingButASocket) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(replace_file(directory / "sock", "precious", 0600));
  EXPECT_FALSE(UnixListener::open(directory / "sock"));
  EXPECT_EQ(*read_file(directory / "sock", 100), "precious");
}

TEST(UnixListener, APathThatIsTooLongIsRefused) {
  const auto listener = UnixListener::open("/tmp/" + std::string(200, 'x'));
  ASSERT_FALSE(listener);
  EXPECT_EQ(listener.error().number, ENAMETOOLONG);
}

// With no descriptor left a client is turned away: left waiting, it would keep the loop awake.
TEST(UnixListener, TurnsClientsAwayWhenDescriptorsRunOut) {
  const TemporaryDirectory directory;
  auto listener = UnixListener::open(directory / "sock");
  auto client = UnixStream::connect(directory / "sock");
  ASSERT_TRUE(client);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  const Descriptor probe(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  none.rlim_cur = static_cast<rlim_t>(probe.number());  // every number below is taken
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const bool accepted = listener->accept().has_value();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(accepted);
  EXPECT_TRUE(client->read().closed);
  ASSERT_TRUE(UnixStream::connect(directory / "sock"));
  EXPECT_TRUE(listener->accept());
}

TEST(UnixStream, DropsAClientThatNeverReads) {
  const TemporaryDirectory directory;
  auto listener = UnixListener::open(directory / "sock");
  const auto client = UnixStream::connect(directory / "sock");
  auto served = listener->accept();
  const std::string line(100'000, 'x');
  int writes = 0;
  while (served->write(line, 1'000'000) && writes < 100) ++writes;
  EXPECT_GE(writes, 10);
  EXPECT_LT(writes, 100);
  EXPECT_TRUE(served->wants_write());
}

TEST(UnixStream, SendsTheRestWhenThereIsRoom) {
  const TemporaryDirectory directory;
  auto listener = UnixListener::open(directory / "sock");
  auto client = UnixStream::connect(directory / "sock");
  auto served = listener->accept();
  const std::string text(3'000'000, 'x');
  ASSERT_TRUE(served->write(text));
  std::size_t got = 0;
  while (got < text.size()) {
    const auto received = client->read();
    ASSERT_FALSE(received.bytes.empty());
    got += received.bytes.size();
    ASSERT_TRUE(served->flush());
  }
  EXPECT_EQ(got, text.size());
  EXPECT_FALSE(served->wants_write());
}

TEST(Ask, ReadsOneLine) {
  const TemporaryDirectory directory;
  auto listener = UnixListener::open(directory / "sock");
  std::thread server([&listener] {
    std::optional<UnixStream> client;
    while (!client) client = listener->accept();
    std::string request;
    while (request.find('\n') == std::string::npos) request += client->read().bytes;
    const std::string answer(1'000'000, 'x');
    ASSERT_TRUE(client->write(answer + "\nmore"));
    while (client->wants_write()) ASSERT_TRUE(client->flush());
  });
  const auto answer = ask(directory / "sock", "status");
  server.join();
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->size(), 1'000'000U);
}

TEST(Ask, GivesUpOnSilence) {
  const TemporaryDirectory directory;
  const auto listener = UnixListener::open(directory / "sock");
  const auto before = take_clocks().monotonic;
  const auto answer = ask(directory / "sock", "status", {.time = 50ms});
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().what.find("no answer within 50ms"), std::string::npos) << answer.error().what;
  EXPECT_GE(take_clocks().monotonic - before, 50ms);
  EXPECT_EQ(ask(directory / "absent", "status").error().number, ENOENT);
}

}  // namespace
}  // namespace trimtab::os
