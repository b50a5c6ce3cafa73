#include "os/file_lock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "os/files.h"
#include "os/subprocess.h"
#include "temporary_directory.h"

namespace trimtab::os {
namespace {

using testing::TemporaryDirectory;

using namespace std::chrono_literals;

TEST(FileLock, IsHeldByOneAndNamesHim) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/lock";
  EXPECT_FALSE(FileLock::held(path));
  const auto first = FileLock::take(path, 0s);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(FileLock::held(path));
  const auto second = FileLock::take(path, 60ms);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().number, EAGAIN);
  EXPECT_NE(second.error().what.find("(process " + std::to_string(getpid()) + ")"), std::string::npos);
}

TEST(FileLock, OfOneWhoWasKilledIsFree) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/lock";
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = FileLock::take(path, 0s);
    raise(SIGKILL);
  }
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(FileLock::take(path, 0s).ok());
}

TEST(FileLock, LastsWhileAProgramOfHisIsStillAtWork) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/lock";
  const pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);
    const auto lock = FileLock::take(path, 0s);
    (void)run({"/bin/sleep", "30"}, "");
    _exit(0);
  }
  while (!FileLock::held(path)) usleep(1000);
  usleep(100'000);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(FileLock::take(path, 0s).ok());
  kill(-child, SIGKILL);
  EXPECT_TRUE(FileLock::take(path, 5s).ok());
}

TEST(FileLock, OfAFileThatItsHolderRemovesIsTakenAnew) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/lock";
  auto first = FileLock::take(path, 0s);
  ASSERT_TRUE(first.ok());
  first->remove_file();
  EXPECT_TRUE(FileLock::take(path, 0s).ok());
}

TEST(Abandoned, FilesOfTheKilledGoAndThoseAtWorkStay) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/bird.conf";
  const std::string abandoned = path + ".0123456789abcdef";
  const std::string at_work = path + ".fedcba9876543210";
  const std::string somebody_elses = path + ".backup";
  for (const std::string& name : {path, abandoned, at_work, somebody_elses}) std::ofstream(name) << "x";
  const Descriptor writer(::open(at_work.c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_EQ(::flock(writer.number(), LOCK_EX), 0);
  remove_abandoned(path);
  EXPECT_FALSE(std::filesystem::exists(abandoned));
  for (const std::string& name : {path, at_work, somebody_elses})
    EXPECT_TRUE(std::filesystem::exists(name)) << name;
}

}  // namespace
}  // namespace trimtab::os
