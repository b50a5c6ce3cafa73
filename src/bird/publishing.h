// How new metrics reach BIRD, step by step (specification §8): candidate files written, checked by BIRD, the
// metrics file replaced, BIRD told to read it; and what the file must be after each step that fails:
//
//   refused by BIRD            the old one stays or comes back; again with back-off, soon with new values
//   BIRD cannot be connected   the new one: BIRD reads it when it starts
//   connected, silent for 5 s  the old one; after the next greeting BIRD is told to read it before all else
//
// At most one reconfiguration a second. Publisher owns the conversation; this part only knows whose turn it
// is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "bird/conversation.h"
#include "bird/metrics_file.h"
#include "util/result.h"
#include "util/units.h"

namespace trimtab::bird {

// Write these metrics beside the metrics file, and as the candidate main file bird.conf as it stands, led to
// them by with_metrics() (configuration.h). Both readable for BIRD. Answer with FileDone.
struct WriteCandidate {
  std::string metrics;
};
// Write beside, fsync, rename over the metrics file. Answer with FileDone.
struct ReplaceMetrics {
  std::string metrics;
};
// Exactly one answer to each of the two, in their order.
struct FileDone {
  std::optional<Error> error;
};

// BIRD runs with these metrics now; `unread`: they are in the file, and it will when it starts.
struct MetricsPublished {
  Metrics metrics;
  bool unread = false;
};
// They are not in force, the old ones are. Tried again by itself; the same complaint is reported once.
struct MetricsRefused {
  Error error;
};

class Publishing {
 public:
  // `candidate`: absolute path of the candidate main file. `in_file`: what the metrics file holds; BIRD may
  // not have read it, so it is told to when first connected.
  Publishing(std::string_view candidate, std::string in_file);

  using Action = std::variant<WriteCandidate, ReplaceMetrics, MetricsPublished, MetricsRefused>;

  void want(const Metrics& metrics);

  // Takes up what is due.
  void proceed(MonotonicTime now, BirdLink link);

  // What BIRD is to be asked as soon as it can be; the answer goes to answered(), or lost() is called.
  std::optional<std::string> command() const;
  // Its answer means that BIRD is at work.
  bool reconfigures() const { return step_ == Step::configuring || step_ == Step::rereading; }
  void answered(MonotonicTime now, const Reply& reply);
  // The connection is gone, asked or not.
  void lost(bool silent);
  void file_done(MonotonicTime now, const FileDone& done, BirdLink link);

  std::vector<Action> take_actions() { return std::exchange(actions_, {}); }
  std::optional<MonotonicTime> next_deadline(BirdLink link) const;

  bool pending() const { return wanted_ && wanted_text_ != confirmed_text_; }
  const std::optional<Error>& error() const { return error_; }

 private:
  // rereading: BIRD is told to read the file as it stands.
  enum class Step : std::uint8_t {
    rest,
    writing,
    checking,
    replacing,
    replacing_unread,
    configuring,
    restoring,
    rereading
  };

  bool differs() const { return wanted_ && wanted_text_ != file_text_; }
  bool has_work(BirdLink link) const;
  void begin(MonotonicTime now, Step step);
  void replace(std::string text, Step step);
  void candidate_written(BirdLink link);
  void replaced(BirdLink link);
  void refuse(MonotonicTime now, Error error);
  void in_force();

  std::string check_command_;
  Step step_ = Step::rest;
  std::optional<Metrics> wanted_;
  std::string wanted_text_;
  Metrics next_;  // what is being published
  std::string next_text_;
  std::string old_text_;                       // what is restored where that fails
  std::string file_text_;                      // what the file holds
  std::optional<std::string> confirmed_text_;  // what BIRD runs with; absent: not known
  bool reread_ = true;                         // BIRD may not have read the file as it stands
  MonotonicTime not_before_{};                 // the next beginning
  MonotonicTime began_{};                      // the last one
  Duration back_off_{};
  std::optional<Error> error_;
  std::vector<Action> actions_;
};

}  // namespace trimtab::bird
