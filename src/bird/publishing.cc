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
constexpr Duration kFirstBackOff = seconds{2};
constexpr Duration kLongestBackOff = seconds{10};

constexpr std::string_view kConfigure = "configure";

bool accepted(const Reply& reply) {
  return reply.code() == kReconfigured || reply.code() == kReconfiguring || reply.code() == kQueued;
}

Error refusal(const Reply& reply) {
  return Error{fmt::format("BIRD refuses the configuration: {}", reply.message()), {}, reply.code()};
}

}  // namespace

Publishing::Publishing(std::string_view candidate, std::string in_file)
    : check_command_(fmt::format("configure check \"{}\"", candidate)), file_text_(std::move(in_file)) {}

void Publishing::want(const Metrics& metrics) {
  std::string text = format_metrics(metrics);
  if (wanted_ && text == wanted_text_) return;
  wanted_ = metrics;
  wanted_text_ = std::move(text);
  not_before_ = std::min(not_before_, began_ + kPace);  // new values do not wait for the old ones' back-off
}

bool Publishing::has_work(BirdLink link) const {
  if (step_ != Step::rest) return false;
  return link == BirdLink::connected ? reread_ || differs() : link == BirdLink::absent && differs();
}

std::optional<MonotonicTime> Publishing::next_deadline(BirdLink link) const {
  if (!has_work(link)) return std::nullopt;
  return not_before_;
}

void Publishing::begin(MonotonicTime now, Step step) {
  step_ = step;
  began_ = now;
  not_before_ = now + kPace;
}

void Publishing::proceed(MonotonicTime now, BirdLink link) {
  if (!has_work(link) || now < not_before_) return;
  if (link == BirdLink::connected && reread_) return begin(now, Step::rereading);
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

std::optional<std::string> Publishing::command() const {
  if (step_ == Step::checking) return check_command_;
  if (reconfigures()) return std::string(kConfigure);
  return std::nullopt;
}

void Publishing::replace(std::string text, Step step) {
  step_ = step;
  actions_.push_back(ReplaceMetrics{std::move(text)});
}

void Publishing::in_force() {
  step_ = Step::rest;
  reread_ = false;
  error_.reset();
  back_off_ = Duration{0};
  confirmed_text_ = file_text_;
}

void Publishing::refuse(MonotonicTime now, Error error) {
  back_off_ = std::clamp(back_off_ * 2, kFirstBackOff, kLongestBackOff);
  not_before_ = now + back_off_;
  if (!error_ || error_->what != error.what) actions_.push_back(MetricsRefused{error});
  error_ = std::move(error);
}

void Publishing::answered(MonotonicTime now, const Reply& reply) {
  switch (step_) {
    case Step::checking:
      if (reply.code() == kCheckFine) {
        old_text_ = file_text_;
        return replace(next_text_, Step::replacing);
      }
      step_ = Step::rest;
      return refuse(now, refusal(reply));
    case Step::configuring:
      if (accepted(reply)) {
        in_force();
        actions_.push_back(MetricsPublished{next_});
      } else if (reply.code() == kShuttingDown) {
        step_ = Step::rest;  // as good as gone: the new file stays for its next start
        reread_ = true;
      } else {
        refuse(now, refusal(reply));
        replace(old_text_, Step::restoring);
      }
      return;
    case Step::rereading:
      step_ = Step::rest;
      if (accepted(reply)) {
        const bool was_unread = pending();
        in_force();
        if (was_unread && !differs()) actions_.push_back(MetricsPublished{*wanted_});
      } else if (reply.code() != kShuttingDown) {
        // What BIRD does not take from the file may be what the wanted values mend.
        reread_ = !differs();
        refuse(now, refusal(reply));
      }
      return;
    default:
      TRIMTAB_CHECK(false);
  }
}

void Publishing::lost(bool silent) {
  reread_ = true;
  confirmed_text_.reset();
  if (step_ == Step::configuring && silent) return replace(old_text_, Step::restoring);
  if (command()) step_ = Step::rest;
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

}  // namespace trimtab::bird
