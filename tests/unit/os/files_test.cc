#include "os/files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "temporary_directory.h"

namespace trimtab::os {
namespace {

using testing::TemporaryDirectory;

void put(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::size_t entries(const std::string& directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

TEST(Files, ReadsWithinBounds) {
  const TemporaryDirectory directory;
  put(directory / "file", "four");
  EXPECT_EQ(*read_file(directory / "file", 4), "four");
  EXPECT_EQ(read_file(directory / "file", 3).error().number, EFBIG);
  EXPECT_EQ(read_file(directory / "absent", 4).error().number, ENOENT);
  EXPECT_EQ(read_file(directory.path(), 4).error().number, EISDIR);
  EXPECT_EQ(read_file("/dev/zero", 4).error().number, EINVAL);
  // It has no size and does not end where it should.
  EXPECT_EQ(read_file("/proc/self/maps", 16).error().number, EFBIG);
}

// What root acts on must be root's, or whoever may write to the directory acts as root.
TEST(Files, TrustsNoFileOfSomebodyElse) {
  const TemporaryDirectory directory;
  put(directory / "file", "four");
  EXPECT_EQ(*read_trusted_file(directory / "file", 4), "four");
  EXPECT_EQ(read_trusted_file(directory / "absent", 4).error().number, ENOENT);
  ASSERT_EQ(::symlink("file", (directory / "link").c_str()), 0);
  EXPECT_EQ(read_trusted_file(directory / "link", 4).error().number, ELOOP)
      << "who made the link is not known";
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown((directory / "file").c_str(), 4242, 4242), 0);
  const auto refused = read_trusted_file(directory / "file", 4);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().number, EPERM);
  EXPECT_NE(refused.error().what.find("belongs to user 4242"), std::string::npos);
}

TEST(Files, DoesNotWaitForTheOtherEndOfAFifo) {
  const TemporaryDirectory directory;
  ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(read_file(directory / "fifo", 4).error().number, EINVAL);
}

TEST(Files, RewritesAPersonsFileAsItWas) {
  const TemporaryDirectory directory;
  const std::string path = directory / "mesh.toml";
  put(path, "before");
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  ASSERT_EQ(::symlink("mesh.toml", (directory / "link").c_str()), 0);
  ASSERT_TRUE(rewrite_file(directory / "link", "after"));
  EXPECT_EQ(*read_file(path, 100), "after");
  struct stat found {};
  ASSERT_EQ(::lstat((directory / "link").c_str(), &found), 0);
  EXPECT_TRUE(S_ISLNK(found.st_mode));
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0640U);
  EXPECT_EQ(entries(directory.path()), 2U);
  EXPECT_EQ(rewrite_file(directory / "none", "x").error().number, ENOENT);
}

TEST(Files, CreatesOnlyWhatIsNotThere) {
  const TemporaryDirectory directory;
  const std::string path = directory / "new/private.key";
  ASSERT_TRUE(create_file(path, "first", 0600));
  EXPECT_EQ(create_file(path, "second", 0600).error().number, EEXIST);
  EXPECT_EQ(*read_file(path, 100), "first");
  EXPECT_EQ(create_file(directory / "a/b/c", "x", 0600).error().number, ENOENT);
}

TEST(Files, ReplacesAsAWhole) {
  const TemporaryDirectory directory;
  const std::string path = directory / "metrics.conf";
  for (const char* text : {"first\n", "", "second\n"}) {
    ASSERT_TRUE(replace_file(path, text, 0644));
    EXPECT_EQ(*read_file(path, 100), text);
    EXPECT_EQ(entries(directory.path()), 1U);
  }
  struct stat found {};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0644U);
}

// Who has it open goes on reading the old one: it was replaced, not written into.
TEST(Files, AReaderKeepsTheOldFile) {
  const TemporaryDirectory directory;
  const std::string path = directory / "metrics.conf";
  ASSERT_TRUE(replace_file(path, "old", 0644));
  std::ifstream reader(path);
  ASSERT_TRUE(replace_file(path, "new", 0644));
  std::string text;
  reader >> text;
  EXPECT_EQ(text, "old");
}

TEST(Files, ReplacesASymbolicLinkAndSparesItsTarget) {
  const TemporaryDirectory directory;
  put(directory / "precious", "precious");
  ASSERT_EQ(::symlink((directory / "precious").c_str(), (directory / "metrics.conf").c_str()), 0);
  ASSERT_TRUE(replace_file(directory / "metrics.conf", "new", 0644));
  EXPECT_EQ(*read_file(directory / "precious", 100), "precious");
  EXPECT_EQ(*read_file(directory / "metrics.conf", 100), "new");
}

TEST(Files, OwnFilesAreNoLinks) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(replace_file(directory / "target", "text", 0640));
  const auto found = read_own_file(directory / "target", 100);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text, "text");
  EXPECT_EQ(found->mode, 0640U);
  ASSERT_EQ(::symlink((directory / "target").c_str(), (directory / "link").c_str()), 0);
  EXPECT_EQ(read_own_file(directory / "link", 100).error().number, ELOOP);
}

TEST(Files, WhatAKilledReplacementLeftIsSwept) {
  const TemporaryDirectory directory;
  const std::string path = directory / "metrics.conf";
  for (const char* name :
       {".0123456789abcdef", ".candidate", ".candidate.0123456789abcdef", ".0123456789abcdeX", ""})
    ASSERT_TRUE(create_file(path + name, "", 0600));
  remove_abandoned(path);
  EXPECT_FALSE(read_file(path + ".0123456789abcdef", 10));
  for (const char* name : {".candidate", ".candidate.0123456789abcdef", ".0123456789abcdeX", ""})
    EXPECT_TRUE(read_file(path + name, 10)) << name;
}

TEST(Files, AFailedReplacementLeavesEverythingAsItWas) {
  const TemporaryDirectory directory;
  const std::string path = directory / "metrics.conf";
  ASSERT_TRUE(replace_file(path, "old", 0644));
  // A disk that is full after 100 bytes.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit full = before;
  full.rlim_cur = 100;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  const auto failed = replace_file(path, std::string(5000, 'x'), 0644);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_FALSE(failed);
  EXPECT_EQ(*read_file(path, 100), "old");
  EXPECT_EQ(entries(directory.path()), 1U);
  EXPECT_FALSE(replace_file(directory / "absent/metrics.conf", "new", 0644));
  ASSERT_TRUE(make_directories(directory / "taken", 0755));
  EXPECT_FALSE(replace_file(directory / "taken", "new", 0644));
  EXPECT_EQ(entries(directory.path()), 2U);
}

TEST(Files, MakesDirectoriesWithTheirParents) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(make_directories(directory / "a/b/c", 0755));
  ASSERT_TRUE(make_directories(directory / "a/b/c", 0755));
  put(directory / "file", "");
  EXPECT_FALSE(make_directories(directory / "file", 0755));
  EXPECT_FALSE(make_directories(directory / "file/below", 0755));
}

TEST(Files, RemovingWhatIsNotThereIsFine) {
  const TemporaryDirectory directory;
  put(directory / "file", "");
  EXPECT_TRUE(remove_file(directory / "file"));
  EXPECT_TRUE(remove_file(directory / "file"));
  EXPECT_FALSE(remove_file(directory.path()));
}

}  // namespace
}  // namespace trimtab::os
