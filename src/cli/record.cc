// trimtab record: asks the daemon for its status once per interval and appends what each link measured to a
// trace (docs/traces.md). It measures nothing itself. A daemon that goes away is a gap in the trace, not its
// end.
#include <fmt/core.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "cli/ask.h"
#include "os/clock.h"
#include "os/files.h"
#include "os/loop.h"

namespace trimtab::cli {
namespace {

using control::Json;

constexpr std::size_t kLongestRecording = 1UL << 30U;  // as `replay` reads
constexpr Duration kShortestInterval = std::chrono::milliseconds{100};
constexpr unsigned kMode = 0644;

struct RecordOptions {
  std::string file;
  std::string interval = "15s";
  std::string duration;  // empty: until interrupted
  bool append = false;
};

// Turns one status after the other into lines. A value is written once: while a link has no other one,
// because its next round is not over, its field stays empty, so that no round counts twice.
class Lines {
 public:
  // Columns are the site's links as they are now; a link that the mesh gets later has none.
  explicit Lines(const Json& status) {
    const auto site = status.at("site").get<std::string>();
    for (const Json& link : status.at("links")) {
      neighbours_.push_back(link.at("neighbour").get<std::string>());
      header_ += fmt::format(",{}>{}", site, neighbours_.back());
    }
  }

  const std::string& header() const { return header_; }
  bool empty() const { return neighbours_.empty(); }

  std::string line(const Json& status, double time_s) {
    std::map<std::string, Json> now;
    for (const Json& link : status.at("links")) {
      now[link.at("neighbour").get<std::string>()] = link.at("last_rtt_ms");
    }
    std::string line = fmt::format("{:.3f}", time_s);
    for (const std::string& neighbour : neighbours_) {
      Json& before = written_[neighbour];
      const Json& value = now[neighbour];
      // 0 is an RTT below a microsecond's half, which no trace holds.
      const bool fresh = value.is_number() && value != before && value.get<double>() > 0;
      line += fresh ? fmt::format(",{}", value.get<double>()) : ",";
      before = value;
    }
    return line + "\n";
  }

 private:
  std::vector<std::string> neighbours_;
  std::string header_ = "time_s";
  std::map<std::string, Json> written_;
};

// The time of the last line of a recording that is to go on, which must have this header.
Result<std::optional<double>> last_time(const std::string& path, const std::string& header) {
  const auto text = os::read_file(path, kLongestRecording);
  if (!text) return text.error();
  if (text->substr(0, text->find('\n')) != header)
    return Error{fmt::format("{} is no recording of these links", path), "name another --out"};
  if (!text->ends_with('\n'))
    return Error{fmt::format("the last line of {} is cut short", path), "remove that line"};
  const std::size_t begin = text->rfind('\n', text->size() - 2);
  if (begin == std::string::npos) return std::optional<double>{};
  double time_s = 0;
  const char* end = text->data() + text->size();
  if (std::from_chars(text->data() + begin + 1, end, time_s).ec != std::errc{})
    return Error{fmt::format("the last line of {} has no time", path), "remove that line"};
  return std::optional(time_s);
}

// What is in the file already, or a new file with its header.
Result<std::optional<double>> begin_file(const RecordOptions& options, const std::string& header) {
  const auto created = os::create_file(options.file, header + "\n", kMode);
  if (created) return std::optional<double>{};
  if (created.error().number != EEXIST) return created.error();
  if (!options.append) return Error{fmt::format("{} exists", options.file), "go on with it by --append"};
  return last_time(options.file, header);
}

double seconds(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

int record(const Common& common, const RecordOptions& options, Duration interval,
           std::optional<Duration> duration) {
  const auto first = ask(common, control::AskStatus{});
  if (!first) return complain(first.error());
  Lines lines(*first);
  if (lines.empty()) return complain(Error{"this site has no links: there is nothing to record"});
  const auto begun = begin_file(options, lines.header());
  if (!begun) return complain(begun.error());
  auto loop = os::Loop::open();
  if (!loop) return complain(loop.error());
  std::optional<double> written_s = *begun;
  Instant now = os::take_clocks();
  const auto end = duration ? std::optional(now.monotonic + *duration) : std::nullopt;
  bool gone = false;
  for (MonotonicTime due = now.monotonic; !end || due < *end;) {
    const os::Wakeup wakeup = loop->wait(due);
    if (std::count(wakeup.signals.begin(), wakeup.signals.end(), os::Signal::terminate) > 0) break;
    if (wakeup.at.monotonic < due) continue;
    due = std::max(due + interval, wakeup.at.monotonic);
    const auto status = ask(common, control::AskStatus{});
    if (!status && !gone) complain(status.error());
    gone = !status.ok();
    if (gone) continue;
    // A clock set back: a trace only goes forward, and the lines go on when the clock has caught up.
    const double time_s = seconds(os::take_clocks().wall);
    if (written_s && time_s <= *written_s) continue;
    if (const auto added = os::append_to_file(options.file, lines.line(*status, time_s)); !added)
      return complain(added.error());
    written_s = time_s;
  }
  return kFine;
}

}  // namespace

std::function<int()> declare_record(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<RecordOptions>();
  app.add_option("--out", options->file, "the trace; must not exist")->type_name("FILE")->required();
  app.add_flag("--append", options->append, "go on with a trace of the same links");
  app.add_option("--interval", options->interval,
                 "between two lines; the mesh file's probe interval fits best")
      ->type_name("TIME")
      ->capture_default_str();
  app.add_option("--duration", options->duration, "how long (default: until interrupted)")->type_name("TIME");
  return [&common, options] {
    const auto interval = parse_duration(options->interval);
    if (!interval) return complain(Error{fmt::format("--interval: {}", interval.error().text())});
    if (*interval < kShortestInterval) return complain(Error{"--interval: at least 100ms"});
    std::optional<Duration> duration;
    if (!options->duration.empty()) {
      const auto read = parse_duration(options->duration);
      if (!read) return complain(Error{fmt::format("--duration: {}", read.error().text())});
      duration = *read;
    }
    return while_asking(common, [&] { return record(common, *options, *interval, duration); });
  };
}

}  // namespace trimtab::cli
