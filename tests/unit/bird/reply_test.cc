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

TEST(Reply, ALongLineIsAnError) {
  ReplyReader line;
  EXPECT_TRUE(line.feed("0003 " + std::string(ReplyReader::kMaxLine - 5, 'x')).ok());
  EXPECT_FALSE(line.feed("x").ok());
}

// Feeds lines of 1,000 bytes until `size` bytes have come, then the last line. What has come last.
Reply long_reply(ReplyReader& reader, std::size_t size) {
  const std::string thousand = "1007-" + std::string(994, 'x') + "\n";
  for (std::size_t sent = 0; sent < size; sent += thousand.size()) EXPECT_TRUE(reader.feed(thousand).ok());
  const auto replies = reader.feed("0000 \n");
  EXPECT_TRUE(replies.ok());
  EXPECT_EQ(replies->size(), 1U);
  return replies->back();
}

TEST(Reply, ALongReplyIsGoneAndTheNextOneIsNot) {
  ReplyReader reader;
  EXPECT_EQ(long_reply(reader, ReplyReader::kMaxReply - 2000).code(), 0);
  const Reply gone = long_reply(reader, ReplyReader::kMaxReply);
  EXPECT_EQ(gone.code(), kTooLong);
  EXPECT_TRUE(gone.failed());
  EXPECT_EQ(gone.lines.size(), 1U);
  EXPECT_EQ(gone.message(), "a reply of more than 1 MB");
  const auto next = reader.feed("0003 Reconfigured\n");
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(show(*next), "3|Reconfigured\n=\n");
}

TEST(Reply, InPartsItIsGivenOutAsItComes) {
  ReplyReader reader;
  reader.give_next_in_parts();
  const auto first = reader.feed("1007-one\n two\n thr");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(show(*first), "1007|one\n1007|two\n=\n");
  EXPECT_TRUE(first->front().more);
  const auto second = reader.feed("ee\n");
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(show(*second), "1007|three\n=\n") << "the code goes on over parts";
  const auto last = reader.feed(" four\n0000 \n");
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(show(*last), "1007|four\n0|\n=\n");
  EXPECT_FALSE(last->front().more);
  const auto next = reader.feed("1007-whole\n");
  ASSERT_TRUE(next.ok());
  EXPECT_TRUE(next->empty()) << "one reply only";
}

TEST(Reply, InPartsItMayBeLonger) {
  ReplyReader reader;
  reader.give_next_in_parts();
  EXPECT_EQ(long_reply(reader, ReplyReader::kMaxInParts - 2000).code(), 0);
  reader.give_next_in_parts();
  EXPECT_EQ(long_reply(reader, ReplyReader::kMaxInParts).message(), "a reply of more than 4 MB");
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
