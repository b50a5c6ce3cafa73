// How new metrics reach BIRD, step by step (specification §8): candidate files written, checked by BIRD, the
// metrics file replaced, BIRD told to read it; and what the file must be after each step that fails:
//
//   refused by BIRD            the old one stays or comes back; again with back-off, soon with new values
//   BIRD cannot be connected   the new one: BIRD reads it when it starts
//   connected, silent for 5 s  the old one; after the next greeting BIRD is told to read it before all else
//
// BIRD is told to read what it has not read, and nothing twice: a new connection begins with the question
// which mark (metrics_file.h) it runs with, and a BIRD that says that it is still at it is asked until it has
// the new one. Between publishing the file is looked at once a second: what another hand did to it is undone
// once, and the second time within ten minutes it is an alarm, since two that write in turns help nobody.
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
// Look at the metrics file, following no symbolic link. Answer with MetricsFound, or not at all where nothing
// can be said, as when there is no descriptor left.
struct InspectMetrics {};
struct MetricsFound {
  std::string text;
  std::string fault;  // "is gone", "is a symbolic link", "has mode 0600"; empty: a file that BIRD can read
};
// Exactly one answer to each of WriteCandidate and ReplaceMetrics, in their order.
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
// Somebody else has changed the metrics file.
struct MetricsTampered {
  Error error;
};

class Publishing {
 public:
  // How long a BIRD that says it is reconfiguring may take until it runs with the new file, and how often it
  // is asked meanwhile. Obstacles are sessions that close, which takes well below a second.
  static constexpr Duration kConfirming = std::chrono::seconds{10};
  static constexpr Duration kConfirmingPace = std::chrono::milliseconds{200};
  // How often the file is looked at, and for how long one repair is all there is.
  static constexpr Duration kInspection = std::chrono::seconds{1};
  static constexpr Duration kRepairPace = std::chrono::minutes{10};

  // `candidate`: absolute path of the candidate main file. `in_file`: what the metrics file holds; BIRD may
  // not have read it, so it is asked when first connected.
  Publishing(std::string_view candidate, std::string in_file);

  using Action = std::variant<WriteCandidate, ReplaceMetrics, InspectMetrics, MetricsPublished,
                              MetricsRefused, MetricsTampered>;

  void want(const Metrics& metrics);

  // Takes up what is due.
  void proceed(MonotonicTime now, BirdLink link);

  // What BIRD is to be asked as soon as it can be; the answer goes to answered(), or lost() is called.
  std::optional<std::string> command(MonotonicTime now) const;
  // Its answer means that BIRD is at work.
  bool reconfigures() const { return step_ == Step::configuring || step_ == Step::rereading; }
  void answered(MonotonicTime now, const Reply& reply);
  // The connection is gone, asked or not.
  void lost(bool silent);
  void file_done(MonotonicTime now, const FileDone& done, BirdLink link);
  void found(MonotonicTime now, const MetricsFound& found);

  std::vector<Action> take_actions() { return std::exchange(actions_, {}); }
  std::optional<MonotonicTime> next_deadline(BirdLink link) const;

  bool pending() const { return wanted_ && wanted_text_ != confirmed_text_; }
  const std::optional<Error>& error() const { return error_; }

 private:
  // verifying: BIRD is asked whether it runs with the file as it stands; rereading: it is told to read that;
  // confirming: it has said that it will, and is asked whether it does.
  enum class Step : std::uint8_t {
    rest,
    verifying,
    writing,
    checking,
    replacing,
    replacing_unread,
    configuring,
    restoring,
    rereading,
    confirming
  };

  bool differs() const { return wanted_ && wanted_text_ != file_text_; }
  bool has_work(BirdLink link) const;
  bool may_write_unread() const;
  bool asks() const { return step_ == Step::verifying || step_ == Step::confirming; }
  void begin(MonotonicTime now, Step step);
  void replace(std::string text, Step step);
  void candidate_written(BirdLink link);
  void replaced(BirdLink link);
  void refuse(MonotonicTime now, Error error);
  Error refusal(const Reply& reply) const;
  void configured(MonotonicTime now, const Reply& reply);
  void confirm(MonotonicTime now, bool runs_with_it);
  void in_force();
  void inspect(MonotonicTime now);
  void repair(MonotonicTime now, const std::string& what);

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
  bool asked_in_vain_ = false;                 // and to ask it would not help
  MonotonicTime not_before_{};                 // the next beginning
  MonotonicTime began_{};                      // the last one
  MonotonicTime ask_at_{};                     // while confirming
  MonotonicTime confirm_until_{};
  Duration back_off_{};
  MonotonicTime next_inspection_{};
  std::optional<MonotonicTime> repaired_at_;
  bool alarmed_ = false;  // error_ is about another hand in the file
  std::optional<Error> error_;
  std::vector<Action> actions_;
};

}  // namespace trimtab::bird
