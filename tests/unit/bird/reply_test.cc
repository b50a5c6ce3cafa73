#include "bird/reply.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "support/golden.h"

namespace trimtab::bird {
namespace {

std::string show(const std::vector<Reply>& replies) {
  std::string text;
  for (const Reply& reply : replies) {
    for (const ReplyLine& line : reply.lines) text += std::to_string(line.code) + "|" + line.text + "\n";
    text += "=\n";
  }
  return text;
}

TEST(Reply, LinesContinueAndEnd) {
  ReplyReader reader;
  const auto replies = reader.feed("1002-one\n two\n1007-three\n0000 \n0003 Reconfigured\n");
  ASSERT_TRUE(replies.ok());
  EXPECT_EQ(show(*replies), "1002|one\n1002|two\n1007|three\n0|\n=\n3|Reconfigured\n=\n");
  EXPECT_FALSE(replies->front().failed());
  EXPECT_EQ(replies->back().message(), "Reconfigured");
}

TEST(Reply, CodesFrom8000OnAreFailures) {
  ReplyReader reader;
  const auto replies =
      reader.feed("0020 Configuration OK\n8002 x.conf:1:1 syntax error\n9001 syntax error\n");
  ASSERT_TRUE(replies.ok());
  EXPECT_FALSE((*replies)[0].failed());
  EXPECT_TRUE((*replies)[1].failed());
  EXPECT_TRUE((*replies)[2].failed());
}

TEST(Reply, HoweverItIsCutItIsTheSame) {
  const std::string text =
      test::read_golden("bird/replies/routes.txt") + test::read_golden("bird/replies/status.txt");
  ReplyReader whole;
  const std::string expected = show(*whole.feed(text));
  EXPECT_TRUE(rc::check("cut anywhere", [&] {
    ReplyReader reader;
    std::vector<Reply> replies;
    for (std::size_t at = 0; at < text.size();) {
      const auto length = *rc::gen::inRange<std::size_t>(1, 200);
      const auto more = reader.feed(std::string_view(text).substr(at, length));
      RC_ASSERT(more.ok());
      replies.insert(replies.end(), more->begin(), more->end());
      at += length;
    }
    RC_ASSERT(show(replies) == expected);
  }));
}

TEST(Reply, GarbageIsAnErrorForGood) {
  for (const char* garbage :
       {"\n", "HTTP/1.1 200 OK\r\n", "003 x\n", "00031x\n", " nothing before\n", "+echo\n", "12 4 x\n"}) {
    ReplyReader reader;
    EXPECT_FALSE(reader.feed(garbage).ok()) << garbage;
    EXPECT_FALSE(reader.feed("0003 Reconfigured\n").ok()) << garbage;
  }
}

TEST(Reply, LongLinesAndLongRepliesAreErrors) {
  ReplyReader line;
  EXPECT_TRUE(line.feed("0003 " + std::string(ReplyReader::kMaxLine - 5, 'x')).ok());
  EXPECT_FALSE(line.feed("x").ok());

  ReplyReader reply;
  const std::string thousand = "1007-" + std::string(994, 'x') + "\n";
  std::size_t sent = 0;
  for (; sent + thousand.size() <= ReplyReader::kMaxReply; sent += thousand.size()) {
    ASSERT_TRUE(reply.feed(thousand).ok()) << sent;
  }
  EXPECT_FALSE(reply.feed(thousand).ok());
}

TEST(Reply, SurvivesAnyBytes) {
  EXPECT_TRUE(rc::check("any bytes", [](const std::string& bytes) {
    ReplyReader reader;
    (void)reader.feed(bytes);
    (void)reader.feed("1007-x\n" + bytes + "\n0000 \n");
  }));
}

}  // namespace
}  // namespace trimtab::bird
