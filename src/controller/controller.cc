#include "controller/controller.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "controller/link.h"
#include "controller/steadiness.h"

namespace trimtab::controller {
namespace {

// A margin is told anew when it is off by a third of itself and a thousandth of the path: it is a rough
// figure, and telling it makes BIRD read its filters again.
constexpr double kMarginStep = 1.0 / 3;
constexpr double kLeastMarginStep = 0.001;

// So much of a margin keeps a route for good: two equal paths have as much noise between them after an hour
// as after a minute. With a third, one in seventy pairs of a mesh with nothing but noise moves once in 20
// days; with half, a path that costs a quarter too much is never left.
constexpr double kKeptForGood = 0.4;

std::vector<LinkSettings> sorted(std::vector<LinkSettings> links) {
  std::sort(links.begin(), links.end(),
            [](const LinkSettings& a, const LinkSettings& b) { return a.neighbour < b.neighbour; });
  return links;
}

}  // namespace

Controller::Controller(Settings settings, std::vector<LinkSettings> links, MonotonicTime now)
    : settings_(settings) {
  links_.reserve(links.size());
  for (const LinkSettings& own : sorted(std::move(links))) {
    links_.emplace_back(settings_, own, now);
    neighbours_.push_back(own.neighbour);
  }
  steadiness_.resize(links_.size());
}

Controller::~Controller() = default;
Controller::Controller(Controller&&) noexcept = default;
Controller& Controller::operator=(Controller&&) noexcept = default;

void Controller::restore(MonotonicTime now, SiteId neighbour, Value published, Ratio margin) {
  Link* link = find(neighbour);
  if (link == nullptr || !link->restore(now, published, settings_)) return;
  steadiness_[index_of(*link)] = {.margin = {.share = margin}, .inherited = true};
  elect(now);
  touch(*link);
}

void Controller::set_links(MonotonicTime now, Settings settings, std::vector<LinkSettings> links) {
  const Settings before = std::exchange(settings_, settings);
  std::vector<Link> next;
  next.reserve(links.size());
  for (const LinkSettings& own : sorted(std::move(links))) {
    if (Link* link = find(own.neighbour)) {
      link->reconfigure(now, before, settings_, own);
      next.push_back(std::move(*link));
    } else {
      next.emplace_back(settings_, own, now);
    }
  }
  links_ = std::move(next);
  neighbours_.clear();
  for (const Link& link : links_) neighbours_.push_back(link.neighbour());
  steadiness_.assign(links_.size(), {});
  noise_sum_ = 0;
  ++edition_;
  if (before.policy != settings_.policy) {
    better_.reset();
    reversed_at_.reset();
  }
  elect(now);
  deadline_.reset();
  touched_.clear();
  for (Link& link : links_) {
    link.touched = false;
    touch(link);
  }
}

void Controller::round_finished(MonotonicTime now, SiteId neighbour, const Sample& sample) {
  if (Link* link = find(neighbour)) {
    link->round(now, sample, settings_);
    touch(*link);
  }
}

void Controller::throughput(MonotonicTime now, SiteId neighbour, const ThroughputSample& sample) {
  if (Link* link = find(neighbour)) {
    link->throughput(now, sample, settings_);
    touch(*link);
  }
}

void Controller::condition_changed(MonotonicTime now, SiteId neighbour, const Condition& condition) {
  if (Link* link = find(neighbour)) {
    link->condition_changed(now, condition, settings_);
    touch(*link);
  }
}

std::vector<Decision> Controller::decide(MonotonicTime now) {
  std::vector<Decision> decisions;
  touch_due(now);
  if (touched_.empty()) return decisions;
  // What a link would like to publish counts for those that its lead holds back.
  if (settings_.policy == mesh::Policy::score) {
    for (Link& link : links_) {
      if (link.minds_rivals()) touch(link);
    }
  }
  std::sort(touched_.begin(), touched_.end());
  bool deadline_moves = false;
  for (const std::uint32_t index : touched_) {
    deadline_moves |= deadline_ && links_[index].due() == deadline_;
    links_[index].advance(now, settings_);
  }
  // What got worse comes first: who takes its place is judged without it.
  sweep(now, true, decisions);
  while (sweep(now, false, decisions)) {
  }
  // Under `score` a publication lets others look again, whose times were not noted above.
  if (deadline_moves || (settings_.policy == mesh::Policy::score && !decisions.empty())) {
    deadline_.reset();
    for (const Link& link : links_) note_due(link);
  }
  for (const std::uint32_t index : touched_) {
    links_[index].touched = false;
    note_due(links_[index]);
  }
  tell_margins(now, !decisions.empty());
  touched_.clear();
  return decisions;
}

// Margins move with the noise, which is learnt over many rounds. They go along with any decision, since BIRD
// is told then anyway, and on their own only when the one in force is off by a third. Each link is looked at
// when it has news, which it has every round; what the others' noise does to its margin can wait for that.
void Controller::tell_margins(MonotonicTime now, bool decided) {
  if (decided) ++edition_;
  for (const std::uint32_t index : touched_) {
    const double noise = links_[index].noise(settings_).value_or(Ratio{}).value;
    noise_sum_ += noise - std::exchange(steadiness_[index].noise, noise);
  }
  for (const std::uint32_t index : touched_) {
    const Ratio here{std::max(0.0, noise_sum_) / static_cast<double>(links_.size())};
    const Margin wanted = wanted_margin(now, links_[index], here);
    auto& [told, inherited, noise] = steadiness_[index];
    const double off = std::fabs(wanted.share.value - told.share.value);
    // What an earlier run knew of the noise counts for more than a few rounds.
    if (wanted.share < told.share && inherited && links_[index].is_young()) continue;
    if (off == 0 && wanted.lasts == told.lasts) continue;
    if (!decided && wanted.lasts == told.lasts && off <= kMarginStep * told.share.value + kLeastMarginStep)
      continue;
    told = wanted;
    inherited = false;
    ++edition_;
  }
}

// Traffic that filled one link and now fills the next would do the same again on the first, whose cost as
// published is that of a short try. So the second keeps it by what the traffic itself adds to its cost.
Controller::Margin Controller::wanted_margin(MonotonicTime now, const Link& link, Ratio noise_here) const {
  const auto noise = link.noise(settings_);
  if (!noise) return {};
  const Ratio usual = margin(*noise, noise_here, settings_.tuning);
  const Ratio added = link.added_by_own_load(settings_);
  if (added <= usual) return {.share = usual};
  const bool tried = std::any_of(links_.begin(), links_.end(),
                                 [&](const Link& other) { return other.left_by_own_load(now); });
  return tried ? Margin{.share = added, .lasts = true} : Margin{.share = usual};
}

bool Controller::suspects(SiteId neighbour) const {
  const Link* link = find(neighbour);
  return link != nullptr && link->suspects();
}

std::optional<Shift> Controller::take_shift(SiteId neighbour) {
  Link* link = find(neighbour);
  return link == nullptr ? std::nullopt : link->take_shift();
}

std::optional<Milliseconds> Controller::suspicious_above(SiteId neighbour) const {
  const Link* link = find(neighbour);
  return link == nullptr ? std::nullopt : link->suspicious_above();
}

bool Controller::sweep(MonotonicTime now, bool urgent_only, std::vector<Decision>& decisions) {
  const std::size_t before = decisions.size();
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    Link& link = links_[touched_[i]];
    if (urgent_only && !link.urgent()) continue;
    auto decision = link.decide(now, settings_, rivals_of(now, link));
    if (!decision) continue;
    decisions.push_back(*decision);
    if (settings_.policy == mesh::Policy::score) {
      elect(now);
      for (Link& other : links_) {
        if (other.minds_rivals()) touch(other);
      }
    }
  }
  // Under `path` no link's value depends on another's: one sweep sees all.
  return settings_.policy == mesh::Policy::score && decisions.size() > before;
}

std::optional<MonotonicTime> Controller::next_deadline() const {
  return deadline_;
}

std::optional<LinkView> Controller::view(SiteId neighbour, MonotonicTime now) const {
  const Link* link = find(neighbour);
  if (link == nullptr) return std::nullopt;
  LinkView view = link->view(now, settings_, rivals_of(now, *link));
  view.margin = steadiness_[index_of(*link)].margin.share;
  return view;
}

std::vector<Published> Controller::published() const {
  std::vector<Published> all;
  all.reserve(links_.size());
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const auto [share, lasts] = steadiness_[i].margin;
    const Ratio kept{lasts ? share.value : kKeptForGood * share.value};
    all.push_back({links_[i].neighbour(), links_[i].published(), share, kept});
  }
  return all;
}

const Link* Controller::find(SiteId neighbour) const {
  const auto found = std::lower_bound(neighbours_.begin(), neighbours_.end(), neighbour);
  if (found == neighbours_.end() || *found != neighbour) return nullptr;
  return &links_[static_cast<std::size_t>(found - neighbours_.begin())];
}
Link* Controller::find(SiteId neighbour) {
  return const_cast<Link*>(std::as_const(*this).find(neighbour));
}

std::size_t Controller::index_of(const Link& link) const {
  return static_cast<std::size_t>(&link - links_.data());
}

void Controller::touch(Link& link) {
  if (link.touched) return;
  link.touched = true;
  touched_.push_back(static_cast<std::uint32_t>(index_of(link)));
}

void Controller::touch_due(MonotonicTime now) {
  if (!deadline_ || *deadline_ > now) return;
  for (Link& link : links_) {
    if (link.due() && *link.due() <= now) touch(link);
  }
}

void Controller::note_due(const Link& link) {
  if (link.due() && (!deadline_ || *link.due() < *deadline_)) deadline_ = link.due();
}

Rivals Controller::rivals_of(MonotonicTime now, const Link& link) const {
  if (settings_.policy != mesh::Policy::score || !better_) return {};
  Rivals rivals{.is_better = *better_ == link.neighbour(), .reversed_at = reversed_at_};
  if (!rivals.is_better) {
    rivals.best_other = find(*better_)->published();
    rivals.best_other_wants = find(*better_)->wants(now, settings_);
    return rivals;
  }
  for (const Link& other : links_) {
    if (&other == &link || !other.up() || other.published() == kLastResortPreference) continue;
    if (other.published() < rivals.best_other.value_or(0)) continue;
    rivals.best_other = other.published();
    rivals.best_other_wants = other.wants(now, settings_);
  }
  return rivals;
}

void Controller::elect(MonotonicTime now) {
  if (settings_.policy != mesh::Policy::score) return;
  const Link* best = nullptr;
  for (const Link& link : links_) {
    if (!link.up() || link.published() == kLastResortPreference) continue;
    const bool higher = best == nullptr || link.published() > best->published();
    // Ties: the incumbent, then the lower id, which came first.
    const bool incumbent =
        best != nullptr && link.published() == best->published() && better_ == link.neighbour();
    if (higher || incumbent) best = &link;
  }
  const auto elected = best == nullptr ? std::nullopt : std::optional(best->neighbour());
  if (elected == better_) return;
  if (better_ && elected) reversed_at_ = now;
  better_ = elected;
}

}  // namespace trimtab::controller
