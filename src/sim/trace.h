// A recorded mesh: the RTT of every link, frame after frame, as measured on a real network. docs/traces.md
// has the format; reading and unpacking the file is the caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"
#include "util/units.h"

namespace trimtab::sim {

class Trace {
 public:
  struct Frame {
    Duration at{};                                 // since the first frame; rises
    std::vector<std::optional<Milliseconds>> rtt;  // by the file's column, see rtt() below; absent: no value
  };

  // "time_s,a>b,a>c,…", then one line per frame. The error names the line.
  static Result<Trace> parse(std::string_view text);

  std::size_t hosts() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<Frame>& frames() const { return frames_; }
  std::optional<Milliseconds> rtt(std::size_t frame, std::size_t from, std::size_t to) const {
    const std::size_t column = columns_[from * hosts() + to];
    return column == kNoColumn ? std::nullopt : frames_[frame].rtt[column];
  }
  // Whether the link has a value in any frame.
  bool linked(std::size_t from, std::size_t to) const { return linked_[from * hosts() + to]; }
  Duration typical_interval() const;  // median

 private:
  static constexpr std::size_t kNoColumn = SIZE_MAX;

  std::vector<std::string> names_;
  // hosts × hosts, a row for each sender. Frames hold no more than the file does: of many hosts, few links
  // may be in it.
  std::vector<std::size_t> columns_;
  std::vector<Frame> frames_;
  std::vector<bool> linked_;
};

}  // namespace trimtab::sim
