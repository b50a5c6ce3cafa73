// A recorded mesh: the RTT of every link, frame after frame, as measured on a real network. docs/traces.md
// has the format; reading and unpacking the file is the caller's.
#pragma once

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
    std::vector<std::optional<Milliseconds>> rtt;  // hosts × hosts, a row for each sender; absent: no value
  };

  // "time_s,a>b,a>c,…", then one line per frame. The error names the line.
  static Result<Trace> parse(std::string_view text);

  std::size_t hosts() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<Frame>& frames() const { return frames_; }
  std::optional<Milliseconds> rtt(std::size_t frame, std::size_t from, std::size_t to) const {
    return frames_[frame].rtt[from * hosts() + to];
  }
  // Whether the link has a value in any frame.
  bool linked(std::size_t from, std::size_t to) const { return linked_[from * hosts() + to]; }
  Duration typical_interval() const;  // median

 private:
  std::vector<std::string> names_;
  std::vector<Frame> frames_;
  std::vector<bool> linked_;
};

}  // namespace trimtab::sim
