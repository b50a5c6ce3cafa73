#include "os/subprocess.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

extern char** environ;

namespace trimtab::os {
namespace {

constexpr std::array<const char*, 4> kAdministrators{"/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin"};

class Pipe {
 public:
  Pipe() { open_ = ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  bool is_open() const { return open_; }
  int reading() const { return ends_[0]; }
  int writing() const { return ends_[1]; }
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
  bool open_ = false;
};

// A child that stops reading must give an error here, not a signal that ends us. The signal is this thread's
// alone and is taken away again before it is let through.
class BrokenPipeIgnored {
 public:
  BrokenPipeIgnored() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  BrokenPipeIgnored(const BrokenPipeIgnored&) = delete;
  BrokenPipeIgnored& operator=(const BrokenPipeIgnored&) = delete;
  ~BrokenPipeIgnored() {
    const timespec now{0, 0};
    while (::sigtimedwait(&set_, nullptr, &now) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, "LC_ALL=", 7) != 0) entries.emplace_back(*entry);
  }
  entries.emplace_back("LC_ALL=C");
  return entries;
}

Result<pid_t> spawn(const std::vector<std::string>& arguments, Pipe& input, Pipe& output, Pipe& errors) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.reading(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.writing(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.writing(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::vector<std::string> words = arguments;
  std::vector<std::string> entries = environment();
  pid_t child = -1;
  const int number = ::posix_spawn(&child, words.front().c_str(), &actions, &attributes,
                                   pointers(words).data(), pointers(entries).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (number != 0) {
    return Error{.what = fmt::format("cannot run {}: {}", words.front(), std::strerror(number)),
                 .number = number};
  }
  return child;
}

// Feeds and reads until both outputs are at their end.
class Exchange {
 public:
  Exchange(Pipe& input, Pipe& output, Pipe& errors, std::string_view text)
      : input_(input), output_(output), errors_(errors), rest_(text) {
    ::fcntl(input_.writing(), F_SETFL, O_NONBLOCK);
    if (rest_.empty()) input_.close_end(1);
  }

  // An error where `deadline` came first, or where the input could not be given: then it has not seen its
  // end.
  Result<void> run(Duration limit, Finished& finished) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (output_.reading() >= 0 || errors_.reading() >= 0) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return Error{fmt::format("did not answer within {}", format_duration(limit))};
      std::array<pollfd, 3> waiting{
          {{input_.writing(), POLLOUT, 0}, {output_.reading(), POLLIN, 0}, {errors_.reading(), POLLIN, 0}}};
      ::poll(waiting.data(), waiting.size(), static_cast<int>(left.count()));
      if (waiting[0].revents != 0) {
        if (const auto fed = feed(); !fed) return fed.error();
      }
      if (waiting[1].revents != 0) drain(output_, finished.output);
      if (waiting[2].revents != 0) drain(errors_, finished.errors);
    }
    return {};
  }

  bool fed() const { return rest_.empty(); }

 private:
  Result<void> feed() {
    const ssize_t written = ::write(input_.writing(), rest_.data(), rest_.size());
    if (written > 0) rest_.remove_prefix(static_cast<std::size_t>(written));
    const int number = errno;
    if (written < 0 && number != EAGAIN && number != EINTR && number != EPIPE) {
      return Error{.what = fmt::format("could not be given its input: {}", std::strerror(number)),
                   .number = number};
    }
    // EPIPE: it reads no further, and its status says why.
    if (rest_.empty() || (written < 0 && number == EPIPE)) input_.close_end(1);
    return {};
  }

  static void drain(Pipe& pipe, std::string& text) {
    std::array<char, 16384> buffer{};
    const ssize_t size = ::read(pipe.reading(), buffer.data(), buffer.size());
    if (size > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(size));
    } else if (size == 0 || errno != EINTR) {
      pipe.close_end(0);
    }
  }

  Pipe& input_;
  Pipe& output_;
  Pipe& errors_;
  std::string_view rest_;
};

int wait_for(pid_t child) {
  int state = 0;
  while (::waitpid(child, &state, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

}  // namespace

std::optional<std::string> find_program(const std::string& name) {
  std::vector<std::string> directories;
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (end > 0) directories.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  directories.insert(directories.end(), kAdministrators.begin(), kAdministrators.end());
  for (const std::string& directory : directories) {
    std::string candidate = fmt::format("{}/{}", directory, name);
    if (candidate.front() == '/' && ::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

Result<Finished> run(const std::vector<std::string>& arguments, std::string_view input_text, Duration limit) {
  Pipe input;
  Pipe output;
  Pipe errors;
  if (!input.is_open() || !output.is_open() || !errors.is_open())
    return Error{"cannot make a pipe: too many open files"};
  const BrokenPipeIgnored ignored;
  const auto child = spawn(arguments, input, output, errors);
  if (!child) return child.error();
  input.close_end(0);
  output.close_end(1);
  errors.close_end(1);
  Finished finished;
  Exchange exchange(input, output, errors, input_text);
  const auto done = exchange.run(limit, finished);
  if (!done) ::kill(*child, SIGKILL);  // while its input is open: it must not take a part of it for the whole
  finished.status = wait_for(*child);
  if (!done) {
    return Error{.what = fmt::format("{} {}", arguments.front(), done.error().what),
                 .number = done.error().number};
  }
  if (finished.status == 0 && !exchange.fed()) {
    return Error{fmt::format("{} ended well without having read all its input", arguments.front())};
  }
  return finished;
}

}  // namespace trimtab::os
