// What must never reach toml++, and what must: each text gives a mesh or a mistake, and the mistake has its
// place.
#include <gtest/gtest.h>

#include "mesh/parse.h"
#include "mesh/toml_guard.h"
#include "support/mesh_text.h"

namespace trimtab::mesh {
namespace {

std::string first_mistake(std::string_view text) {
  const Parsed parsed = parse(text);
  EXPECT_FALSE(parsed.mesh.has_value());
  return parsed.mistakes.empty() ? "" : format_mistake(parsed.mistakes.front(), "m");
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Guard, RefusesWhatIsNotText) {
  using namespace std::string_view_literals;
  EXPECT_EQ(first_mistake("a = 1\n\0"sv), "m:2:1: error: a NUL byte; a mesh file is plain text");
  EXPECT_EQ(first_mistake("# \xff"), "m:1:3: error: not UTF-8; save the file as UTF-8 text");
  EXPECT_EQ(first_mistake("# \xc0\x80"), "m:1:3: error: not UTF-8; save the file as UTF-8 text");  // overlong
  EXPECT_EQ(first_mistake("# \xe0\x80\x80"),
            "m:1:3: error: not UTF-8; save the file as UTF-8 text");  // overlong
  EXPECT_EQ(first_mistake("# \xf0\x80\x80\x80"),
            "m:1:3: error: not UTF-8; save the file as UTF-8 text");  // overlong
  EXPECT_EQ(first_mistake("# \xed\xa0\x80"),
            "m:1:3: error: not UTF-8; save the file as UTF-8 text");  // surrogate
  EXPECT_EQ(first_mistake("# \xf4\x90\x80\x80"),
            "m:1:3: error: not UTF-8; save the file as UTF-8 text");  // too large
  EXPECT_EQ(first_mistake("# \xe2\x82"), "m:1:3: error: not UTF-8; save the file as UTF-8 text");  // cut off
  EXPECT_EQ(first_mistake("\xff\xfe[\0m\0"sv),
            "m:1:1: error: not UTF-8; save the file as UTF-8 text");  // UTF-16
  EXPECT_EQ(first_mistake("a = 1\rb = 2"),
            "m:1:6: error: a carriage return alone; end lines with LF or CR LF");
}

TEST(Guard, RefusesLettersThatTomlDoesNotTakeOutsideStrings) {
  EXPECT_EQ(first_mistake("\xc8\xb8 = 1"),
            "m:1:1: error: character U+0238 outside quotes; write plain ASCII there (quotes are \")");
  EXPECT_EQ(first_mistake("name = \xe2\x80\x9chome\xe2\x80\x9d"),
            "m:1:8: error: character U+201C outside quotes; write plain ASCII there (quotes are \")");
}

// toml++ takes such a quote for a part of the word, so that what looks like a string is outside of one.
TEST(Guard, RefusesAQuoteInTheMiddleOfAWord) {
  EXPECT_EQ(first_mistake("asn = *home\"\xcf\xb5]"),
            "m:1:12: error: a quote in the middle of a word; text stands in quotes");
  EXPECT_EQ(first_mistake("l = [a\"10\xc4\xbf"),
            "m:1:7: error: a quote in the middle of a word; text stands in quotes");
  for (const char* good :
       {"\"a\".'b' = [\"\xcf\xb5\",'c']", "a = {\"b\" = 'c'}", "['a'.\"b\"]", "a =\"b\""}) {
    EXPECT_FALSE(guard_toml(good)) << good;
  }
}

TEST(Guard, RefusesOtherWordsThatGoOnIntoWhatLooksLikeAString) {
  const std::string bracket = "error: a bracket in the middle of a word";
  EXPECT_EQ(first_mistake("x = 5[\"\xcf\xb5\"]"), "m:1:6: " + bracket);
  EXPECT_EQ(first_mistake("x = 5{\"\xcf\xb5\""), "m:1:6: " + bracket);
  EXPECT_EQ(first_mistake("x = [a[\"\xcf\xb5\"]]"), "m:1:7: " + bracket);
  const std::string equals =
      "error: an = inside a value; text stands in quotes, and every key on a line of its own";
  EXPECT_EQ(first_mistake("x = k=\"\xef\xbb\xb7\""), "m:1:6: " + equals);
  EXPECT_EQ(first_mistake("x = {a = 1=\"\xcf\xb5\"}"), "m:1:11: " + equals);
  const std::string quote = "error: a quote in the middle of a word; text stands in quotes";
  EXPECT_EQ(first_mistake("x = 5.\"\xcf\xb5\""), "m:1:7: " + quote);
  EXPECT_EQ(first_mistake("x = [5.\"\xcf\xb5\"]"), "m:1:8: " + quote);
  for (const char* good :
       {"x = {a = [1], b.\"c\" = 2}", "x = [\n{a = 1},\n{b = \"\xcf\xb5\"}]\ny = 2", "x = [[1],[2]] # ="}) {
    EXPECT_FALSE(guard_toml(good)) << good;
  }
}

// toml++ asks of it whether it is a blank, which it knows of some letters only.
TEST(Guard, RefusesALetterOutsideAsciiAfterABackslash) {
  const std::string what =
      "error: a letter outside ASCII after a backslash; write a backslash as \\\\, and such text on one line";
  EXPECT_EQ(first_mistake("a = \"\"\"\\\xd1\x8b\"\"\""), "m:1:9: " + what);
  EXPECT_EQ(first_mistake("a = \"\"\"x\\ \r\n\t\xd1\x8b\"\"\""), "m:2:2: " + what);
  EXPECT_EQ(first_mistake("a = \"\\\xd1\x8b\""), "m:1:7: " + what);
  for (const char* good :
       {"a = \"\"\"\\\\\xd1\x8b\"\"\"", "a = \"\"\"\xd1\x8b\\\n\n x\xd1\x8b\\\n\"\"\"", "a = '\\\xd1\x8b'",
        "a = \"\\n\xd1\x8b\\\"\xd1\x8b\"", "a = \"\"\"\\\n\"\"\" # \xd1\x8b"}) {
    EXPECT_FALSE(guard_toml(good)) << good;
    EXPECT_FALSE(parse(good).mesh);  // toml++ has read it, under the sanitizers
  }
}

// toml++ takes the first for a date, and asserts what its next letter is.
TEST(Guard, RefusesWhatBeginsLikeANumberAndIsNone) {
  const std::string what = " is no number; text, dates and times stand in quotes";
  EXPECT_EQ(first_mistake("a = 1979-05-27T\x01"), "m:1:5: error: 1979-05-27T\\x01" + what);
  EXPECT_EQ(first_mistake("a = [1, 07:32:00]"), "m:1:9: error: 07:32:00" + what);
  for (const char* bad : {"+", "-", "10s", "1/2", "1e5-3", "0x-1", "1979-05-27", "0b1g", "-home", "+-1"})
    EXPECT_EQ(first_mistake(std::string("a = ") + bad), "m:1:5: error: " + (bad + what));
  for (const char* good :
       {"0", "-1", "+1_000", "0.25", "1e3", "-2.5E-3", "0xfe_ED", "0o17", "0b01", "-inf", "nan"}) {
    EXPECT_FALSE(guard_toml(std::string("a = {b = [") + good + ", " + good + "]}")) << good;
  }
}

// toml++ says of some that strings stand in quotes, which sends the writer of `no` to "no".
TEST(Guard, NamesWordsThatAreNoValues) {
  for (const char* bad : {"no", "Yes", "ON", "off", "True", "FALSE"}) {
    EXPECT_EQ(first_mistake(std::string("a = ") + bad),
              "m:1:5: error: " + (bad + std::string(" is not TOML; write true or false")));
  }
  EXPECT_EQ(first_mistake("a = [true, home]"), "m:1:12: error: home is no value; text stands in quotes");
  EXPECT_EQ(first_mistake("a = nope"), "m:1:5: error: nope is no value; text stands in quotes");
  EXPECT_FALSE(guard_toml("no = true\nyes = [false, true]\non = {off = false}"));
}

TEST(Guard, NamesTheBracketThatIsOpenWhereATableBegins) {
  const std::string what = " that is not closed before the head of a table in line 2; close it";
  EXPECT_EQ(first_mistake("lans = [\"10.10.0.0/16\"\n[[site]]\nname = \"a\""), "m:1:8: error: a [" + what);
  EXPECT_EQ(first_mistake("lans = [\"10.10.0.0/16\",\n [tuning]\n"), "m:1:8: error: a [" + what);
  EXPECT_EQ(first_mistake("interfaces = { a = \"x\"\n[[link]]\n"), "m:1:14: error: a {" + what);
  for (const char* list : {"a = [1,\n[b, 2]]", "a = [\n[b],\n]", "a = [\n[b]]"})
    EXPECT_EQ(first_mistake(list), "m:2:2: error: b is no value; text stands in quotes") << list;
  EXPECT_EQ(first_mistake("a = [\n[1], [b]\n]"), "m:2:7: error: b is no value; text stands in quotes");
}

TEST(Guard, SaysOnceThatAnArrayOverLinesHasABadWord) {
  for (const char* word : {"home", "no", "10.20.0.0/16"}) {
    const Parsed parsed = parse(std::string("[mesh]\nlans = [") + word + ",\n  \"10.10.0.0/16\",\n]\n");
    ASSERT_EQ(parsed.mistakes.size(), 1U) << word;
    EXPECT_EQ(parsed.mistakes[0].line, 2);
  }
}

TEST(Guard, NamesAConflictThatIsNotSettled) {
  const std::string what =
      ": error: a merge's conflict that is not settled; keep one of its two sides, without the marks";
  for (const char* mark : {"<<<<<<< ours", "||||||| base", "=======", ">>>>>>> theirs"})
    EXPECT_EQ(first_mistake(std::string("a = [\n") + mark + "\n]"), "m:2:1" + what) << mark;
  EXPECT_FALSE(guard_toml("a = \"\"\"\n=======\n\"\"\""));
  EXPECT_FALSE(guard_toml("# <<<<<<<\na = 1"));
}

// toml++ asserts that it will not meet it where it wants a value.
TEST(Guard, RefusesABracketThatClosesTheOtherKind) {
  EXPECT_EQ(first_mistake("n = [\n}"), "m:2:1: error: a } that closes a [");
  EXPECT_EQ(first_mistake("n = [[}]"), "m:1:7: error: a } that closes a [");
  EXPECT_EQ(first_mistake("n = {a = ]"), "m:1:10: error: a ] that closes a {");
}

TEST(Guard, ColumnsCountCharacters) {
  EXPECT_EQ(first_mistake("a = \"\xc3\xa4\xc3\xb6\" \xc3\xbc"),
            "m:1:10: error: character U+00FC outside quotes; write plain ASCII there (quotes are \")");
}

TEST(Guard, RefusesHeadersThatAreNotComplete) {
  for (const char* text : {"[", "[\n", "[[", "[ ", "[[\n", "  [\n", "[.a]", "[=]", "[#"}) {
    EXPECT_NE(first_mistake(text).find("header that is not complete"), std::string::npos) << text;
  }
}

TEST(Guard, RefusesDepth) {
  EXPECT_EQ(first_mistake("a = " + repeated("[", 17)), "m:1:21: error: nested more than 16 deep");
  EXPECT_EQ(first_mistake("a = " + repeated("{a=", 17)), "m:1:53: error: nested more than 16 deep");
  EXPECT_EQ(first_mistake("[" + repeated("a.", 17) + "a]"), "m:1:33: error: a key of more than 16 parts");
  EXPECT_EQ(first_mistake(repeated("a .", 17) + "a = 1"), "m:1:48: error: a key of more than 16 parts");
  EXPECT_NE(first_mistake(repeated("[\n", 100000)).find("not complete"), std::string::npos);
  EXPECT_EQ(first_mistake("a = " + repeated("[\n", 100000)), "m:17:1: error: nested more than 16 deep");
}

TEST(Guard, LeavesStringsAndCommentsAlone) {
  const std::string inside = repeated("[{.", 40) + "\xc3\xa4";
  for (const std::string& text :
       {"# " + inside, "a = \"" + inside + "\"", "a = '" + inside + "'", "a = \"\"\"\n" + inside + "\n\"\"\"",
        "a = '''\n" + inside + "'''", "a = \"\\\"" + inside + "\"", "a = \"\"\"x\"\"\"\"\" # " + inside}) {
    EXPECT_FALSE(guard_toml(text)) << text;
  }
}

TEST(Guard, KnowsWhereAStringOnManyLinesEnds) {
  for (const char* text :
       {"a = \"\"\"x\"\"\" \xc3\xa4", "a = \"\"\"x\"\"\"\" \xc3\xa4", "a = '\'\'x'\'\'\'\' \xc3\xa4"}) {
    EXPECT_NE(first_mistake(text).find("U+00E4 outside quotes"), std::string::npos) << text;
  }
}

TEST(Guard, RefusesAFileThatIsTooLong) {
  EXPECT_EQ(
      first_mistake(std::string(kMaxFileSize + 1, '#')),
      "m:1:1: error: the file has 1048577 bytes and a mesh file at most 1048576; is it the right file?");
}

TEST(Guard, TakesByteOrderMarkAndWindowsLines) {
  std::string text = "\xef\xbb\xbf" + test::three_sites();
  EXPECT_TRUE(parse(text).mesh.has_value());
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.insert(at, "\r");
  EXPECT_TRUE(parse(text).mesh.has_value());
}

TEST(Guard, NamesWhereBeganWhatDoesNotEnd) {
  EXPECT_EQ(first_mistake("[[site]]\nlan = [\"10.10.1.0/24\"\nid = 1\nasn = 65001\n"),
            "m:2:7: error: an array that is not closed before the = in line 3; close it with ]");
  EXPECT_EQ(first_mistake("x = [\n5=\"\xcf\xb5\"]"),
            "m:1:5: error: an array that is not closed before the = in line 2; close it with ]");
  EXPECT_EQ(first_mistake("lans = [\"10.0.0.0/8]\n\n[[site]]\nname = \"a\"\n"),
            "m:1:9: error: a string that does not end on its line; close it with \"");
  EXPECT_EQ(first_mistake("name = 'home\n"),
            "m:1:8: error: a string that does not end on its line; close it with '");
  EXPECT_EQ(first_mistake("name = \"home\\\n\""),
            "m:1:8: error: a string that does not end on its line; close it with \"");
  EXPECT_EQ(first_mistake("a = 1\nb = \"\"\"home\n\n"),
            "m:2:5: error: a string that does not end; close it with \"\"\"");
}

TEST(Guard, SaysNothingOfTheLinesAfterAnArrayThatDoesNotEnd) {
  const Parsed parsed = parse("[[site]]\nlan = [\"10.10.1.0/24\"\nid = 1\nasn = 65001\n");
  ASSERT_EQ(parsed.mistakes.size(), 1u);
  EXPECT_EQ(parsed.mistakes[0].line, 2);
}

TEST(Guard, FindsSeveralBrokenLinesAndNoConsequences) {
  const Parsed parsed = parse(
      "[mesh]\nname = home\nlinks = 172.31.0.0/16\nlans = \"10.0.0.0/8\"\n[[site]\nname = \"a\"\nname = "
      "\"b\"\nid = "
      "x\n\n[[site]]\nid = 1 2\nasn = 3\nasn = 4\n");
  std::vector<int> lines;
  for (const Mistake& mistake : parsed.mistakes) lines.push_back(mistake.line);
  EXPECT_EQ(lines, (std::vector<int>{2, 3, 5, 8, 11, 13}));
}

// The first line opens a bracket, and without that line the last one is a header that toml++ must not see.
TEST(Guard, LooksAgainAfterABrokenLine) {
  const Parsed parsed = parse("a = [ = \nb = 1\n[\n");
  ASSERT_EQ(parsed.mistakes.size(), 1u);
  EXPECT_EQ(parsed.mistakes[0].line, 1);
}

}  // namespace
}  // namespace trimtab::mesh
