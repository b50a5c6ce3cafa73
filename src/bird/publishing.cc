#include "bird/publishing.h"

#include <fmt/format.h>

#include <algorithm>

#include "util/check.h"

namespace trimtab::bird {
namespace {

using std::chrono::seconds;

// One reconfiguration costs BIRD a pass over its routes and its neighbours a refresh.
constexpr Duration kPace = seconds{1};
// After a refusal. It ends when somebody has mended bird.conf, so nothing is gained by more haste.
constexpr Duration kFirstRefusalBackOff = seconds{2};
constexpr Duration kLongestRefusalBackOff = seconds{10};

constexpr std::string_view kConfigure = "configure";
constexpr std::string_view kAskMark = "eval METRICS_COMPLETE";

bool accepted(const Reply& reply) {
  return reply.code() == kReconfigured || reply.code() == kReconfiguring || reply.code() == kQueued;
}

bool tells(const Reply& reply, std::optional<std::uint32_t> mark) {
  return mark && reply.code() == kEvaluated && reply.message() == std::to_string(*mark);
}

}  // namespace

Publishing::Publishing(std::string_view candidate, std::string in_file)
    : check_command_(fmt::format("configure check \"{}\"", candidate)), file_text_(std::move(in_file)) {}

void Publishing::want(const Metrics& metrics) {
  if (wanted_ == metrics) return;  // before it is written out: this is asked in many turns of the daemon
  std::string text = format_metrics(metrics);
  if (wanted_ && text == wanted_text_) return;
  wanted_ = metrics;
  wanted_text_ = std::move(text);
  not_before_ = std::min(not_before_, began_ + kPace);  // new values do not wait for the old ones' back-off
}

// BIRD's words for a constant that it lacks do not tell which step was left out. `up` writes bird.conf and
// the metrics file together, so the file's links are bird.conf's.
Error Publishing::refusal(const Reply& reply) const {
  const auto present = parse_metrics(file_text_);
  const bool other_links = wanted_ && present && !have_same_links(*present, *wanted_);
  return Error{fmt::format("BIRD refuses the configuration: {}", reply.message()),
               other_links
                   ? "bird.conf may be for another mesh file than this daemon has read: run `trimtab up` (or "
                     "`render`), then reload the daemon"
                   : "",
               reply.code()};
}

bool Publishing::has_work(BirdLink link) const {
  if (step_ != Step::rest) return false;
  if (link == BirdLink::connected) return reread_ || differs();
  return link == BirdLink::absent && differs() && may_write_unread();
}

// Nobody checks what BIRD reads when it starts. A file for other links belongs to a bird.conf for those: `up`
// wrote both, for a mesh file that this daemon has not read yet, or has not written them yet.
bool Publishing::may_write_unread() const {
  const auto present = parse_metrics(file_text_);
  return !present || have_same_links(*present, *wanted_);
}

std::optional<MonotonicTime> Publishing::next_deadline(BirdLink link) const {
  if (step_ == Step::confirming) return std::max(ask_at_, began_);
  if (step_ != Step::rest) return std::nullopt;
  return has_work(link) ? std::min(not_before_, next_inspection_) : next_inspection_;
}

void Publishing::begin(MonotonicTime now, Step step) {
  step_ = step;
  began_ = now;
  not_before_ = now + kPace;
}

void Publishing::proceed(MonotonicTime now, BirdLink link) {
  inspect(now);
  if (!has_work(link)) return;
  if (link == BirdLink::connected && reread_ && !asked_in_vain_ && mark_of(file_text_)) {
    step_ = Step::verifying;  // a question needs no pace
    return;
  }
  if (now < not_before_) return;
  // What another hand left there is replaced, not read.
  const bool mends = wanted_ && file_text_.empty();
  if (link == BirdLink::connected && reread_ && !mends) return begin(now, Step::rereading);
  if (check_command_.size() > Conversation::kMaxCommand) {
    begin(now, Step::rest);
    return refuse(now,
                  Error{fmt::format("too long for BIRD: {}", check_command_), "use a shorter --run-dir"});
  }
  next_ = *wanted_;
  next_text_ = wanted_text_;
  if (link == BirdLink::connected) {
    begin(now, Step::writing);
    actions_.push_back(WriteCandidate{next_text_});
  } else {
    begin(now, Step::replacing_unread);
    actions_.push_back(ReplaceMetrics{next_text_});
  }
}

std::optional<std::string> Publishing::command(MonotonicTime now) const {
  if (step_ == Step::checking) return check_command_;
  if (step_ == Step::verifying || (step_ == Step::confirming && now >= ask_at_)) return std::string(kAskMark);
  if (reconfigures()) return std::string(kConfigure);
  return std::nullopt;
}

void Publishing::replace(std::string text, Step step) {
  step_ = step;
  actions_.push_back(ReplaceMetrics{std::move(text)});
}

void Publishing::in_force() {
  const bool news = confirmed_text_ != file_text_;
  step_ = Step::rest;
  reread_ = asked_in_vain_ = alarmed_ = false;
  error_.reset();
  back_off_ = Duration{0};
  confirmed_text_ = file_text_;
  if (!news || !wanted_) return;
  if (file_text_ == next_text_) {
    actions_.push_back(MetricsPublished{next_});
  } else if (!differs()) {
    actions_.push_back(MetricsPublished{*wanted_});
  }
}

void Publishing::refuse(MonotonicTime now, Error error) {
  back_off_ = std::clamp(back_off_ * 2, kFirstRefusalBackOff, kLongestRefusalBackOff);
  not_before_ = now + back_off_;
  if (!error_ || error_->what != error.what) actions_.push_back(MetricsRefused{error});
  error_ = std::move(error);
  alarmed_ = false;
}

void Publishing::answered(MonotonicTime now, const Reply& reply) {
  switch (step_) {
    case Step::checking:
      if (reply.code() == kCheckFine) {
        old_text_ = confirmed_text_.value_or(file_text_);
        return replace(next_text_, Step::replacing);
      }
      step_ = Step::rest;
      return refuse(now, refusal(reply));
    case Step::configuring:
    case Step::rereading:
      return configured(now, reply);
    case Step::verifying:
      if (tells(reply, mark_of(file_text_))) return in_force();
      step_ = Step::rest;
      reread_ = asked_in_vain_ = !differs();  // where other values are wanted, those are what it is to read
      return;
    case Step::confirming:
      // One that does not tell is taken at its word.
      return confirm(now, reply.failed() || !mark_of(file_text_) || tells(reply, mark_of(file_text_)));
    default:
      TRIMTAB_CHECK(false);
  }
}

void Publishing::configured(MonotonicTime now, const Reply& reply) {
  const bool rereads = std::exchange(step_, Step::rest) == Step::rereading;
  if (reply.code() == kReconfigured) return in_force();
  if (accepted(reply)) {
    step_ = Step::confirming;
    ask_at_ = now;
    confirm_until_ = now + kConfirming;
  } else if (reply.code() == kShuttingDown) {
    reread_ = true;  // as good as gone: the file stays for its next start
  } else if (rereads) {
    // What BIRD does not take from the file may be what the wanted values mend.
    reread_ = !differs();
    refuse(now, refusal(reply));
  } else {
    refuse(now, refusal(reply));
    replace(old_text_, Step::restoring);
  }
}

void Publishing::confirm(MonotonicTime now, bool runs_with_it) {
  if (runs_with_it) return in_force();
  ask_at_ = now + kConfirmingPace;
  if (now < confirm_until_) return;
  step_ = Step::rest;
  reread_ = asked_in_vain_ = true;
  refuse(now, Error{"BIRD took the configuration and does not come to use it",
                    "see `birdc show protocols` for one that does not go down"});
}

void Publishing::lost(bool silent) {
  reread_ = true;
  asked_in_vain_ = silent;  // a stopped BIRD may carry out what was queued after it has answered
  confirmed_text_.reset();
  if (step_ == Step::configuring && silent) return replace(old_text_, Step::restoring);
  if (step_ == Step::checking || asks() || reconfigures()) step_ = Step::rest;
}

void Publishing::candidate_written(BirdLink link) {
  step_ = link == BirdLink::connected ? Step::checking : Step::rest;
  // BIRD went while the candidate was written: take the way that needs none, at once.
  if (link == BirdLink::absent) not_before_ = began_;
}

void Publishing::replaced(BirdLink link) {
  file_text_ = next_text_;
  if (link == BirdLink::connected) {
    step_ = Step::configuring;
  } else if (link == BirdLink::silent) {
    replace(old_text_, Step::restoring);
  } else {
    step_ = Step::rest;
  }
}

void Publishing::file_done(MonotonicTime now, const FileDone& done, BirdLink link) {
  const Step step = step_;
  if (step == Step::writing || step == Step::replacing || step == Step::replacing_unread ||
      step == Step::restoring) {
    step_ = Step::rest;
  }
  if (done.error) {
    reread_ |= step == Step::restoring;  // then the file is not what BIRD runs with
    return refuse(now, *done.error);
  }
  switch (step) {
    case Step::writing:
      return candidate_written(link);
    case Step::replacing:
      return replaced(link);
    case Step::replacing_unread:
      file_text_ = next_text_;
      reread_ = true;
      asked_in_vain_ = alarmed_ = false;
      error_.reset();
      back_off_ = Duration{0};
      actions_.push_back(MetricsPublished{next_, true});
      return;
    case Step::restoring:
      file_text_ = old_text_;
      return;
    default:
      return;  // an answer to nothing: the daemon's own affair
  }
}

// ---- another hand in the file

void Publishing::inspect(MonotonicTime now) {
  if (step_ != Step::rest || now < next_inspection_) return;
  next_inspection_ = now + kInspection;
  actions_.push_back(InspectMetrics{});
}

void Publishing::found(MonotonicTime now, const MetricsFound& found) {
  if (step_ != Step::rest || !wanted_) return;  // it is being replaced
  if (found.fault.empty() && found.text == file_text_) {
    if (std::exchange(alarmed_, false)) error_.reset();
    return;
  }
  const auto metrics = found.fault.empty() ? parse_metrics(found.text) : Error{found.fault};
  if (metrics && found.text == next_text_) {
    file_text_ = found.text;  // a replacement that was told as failed had been made
    reread_ = true;
  } else if (metrics && !have_same_links(*metrics, *wanted_)) {
    file_text_ = found.text;  // by `up`, for a mesh file that we are about to be told of
  } else {
    if (!differs()) return repair(now, found.fault.empty() ? "was changed by another hand" : found.fault);
    file_text_ = metrics ? found.text : std::string();
  }
}

void Publishing::repair(MonotonicTime now, const std::string& what) {
  const bool again = repaired_at_ && now - *repaired_at_ < kRepairPace;
  Error error{fmt::format("the metrics file {}{}", what, again ? " again" : ""),
              again ? "find out who writes there; it is mended when costs change, or in ten minutes"
                    : "it is written anew"};
  if (!again || !alarmed_) actions_.push_back(MetricsTampered{error});
  if (again) {
    alarmed_ = true;
    error_ = std::move(error);
    return;
  }
  repaired_at_ = now;
  file_text_.clear();  // whatever it is, it is not what is wanted
}

}  // namespace trimtab::bird
