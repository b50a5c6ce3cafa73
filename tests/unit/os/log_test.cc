#include "os/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "os/descriptor.h"

namespace trimtab::os {
namespace {

// A pipe or a socket pair: what stderr is under a shell and under systemd.
struct Channel {
  explicit Channel(bool socket) {
    std::array<int, 2> ends{};
    const int made = socket ? ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) : ::pipe(ends.data());
    EXPECT_EQ(made, 0);
    reader = Descriptor(ends[0]);
    writer = Descriptor(ends[1]);
    ::fcntl(reader.number(), F_SETFL, O_NONBLOCK);
  }

  std::string read() const {
    std::string text;
    std::array<char, 65536> buffer{};
    ssize_t count = 0;
    while ((count = ::read(reader.number(), buffer.data(), buffer.size())) > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

  Descriptor reader, writer;
};

TEST(Log, WritesOneLineForOneEvent) {
  ::unsetenv("JOURNAL_STREAM");
  const Channel channel(false);
  Log log(channel.writer.number());
  log.line(Severity::error, "no\nway");
  log.line(Severity::warning, "hm");
  log.line(Severity::notice, "up");
  EXPECT_EQ(channel.read(), "error: no way\nwarning: hm\nup\n");
  log.line(Severity::info, std::string(100'000, 'x'));
  EXPECT_EQ(channel.read().size(), 2048U);
}

TEST(Log, TellsJournaldTheSeverity) {
  ::setenv("JOURNAL_STREAM", "8:1", 1);
  const Channel channel(true);
  Log log(channel.writer.number());
  ::unsetenv("JOURNAL_STREAM");
  log.line(Severity::error, "a");
  log.line(Severity::warning, "b");
  log.line(Severity::notice, "c");
  log.line(Severity::info, "d");
  EXPECT_EQ(channel.read(), "<3>a\n<4>b\n<5>c\n<6>d\n");
}

// It would hang here, and with it the loop, if it blocked.
TEST(Log, AStuckReaderCostsLinesAndNothingElse) {
  for (const bool socket : {false, true}) {
    const Channel channel(socket);
    Log log(channel.writer.number());
    const std::string text(1000, 'x');
    for (int count = 0; count < 1000; ++count) log.line(Severity::notice, text);
    EXPECT_GT(log.dropped(), 500U);
    const std::uint64_t dropped = log.dropped();
    channel.read();
    log.line(Severity::notice, "again");
    EXPECT_EQ(channel.read(), "warning: " + std::to_string(dropped) +
                                  " lines were lost here, because nobody read them\nagain\n");
    log.line(Severity::notice, "and on");
    EXPECT_EQ(channel.read(), "and on\n");
  }
}

}  // namespace
}  // namespace trimtab::os
