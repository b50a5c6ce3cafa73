#include "engine/bird_side.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "bird/configuration.h"
#include "controller/words.h"
#include "engine/explain.h"
#include "engine/report.h"

namespace trimtab::engine {
namespace {

// A favour is two readings behind a choice: two seconds in which noise could still move the route. Sixty
// prefixes take BIRD and us 2 ms; larger tables are read less often, so that reading stays below a thousandth
// of the time.
constexpr Duration kReadingPace = std::chrono::seconds{1};
constexpr Duration kReadingAgain = std::chrono::seconds{10};  // after one that failed
constexpr Duration kReadingPerPrefix = std::chrono::milliseconds{25};

// Of the question about other mesh files; those of others count from 1.
constexpr std::uint64_t kComparisonToken = 0;

}  // namespace

BirdSide::BirdSide(const mesh::Mesh& mesh, SiteId self, std::string_view candidate_path,
                   std::string metrics_text)
    : mesh_(mesh),
      self_(self),
      publisher_(bird::neighbours_of(mesh, self), candidate_path, std::move(metrics_text)) {}

BirdReports BirdSide::start(MonotonicTime now) {
  return reports_on(now, publisher_.start(now));
}

BirdReports BirdSide::handle(MonotonicTime now, const bird::Event& event) {
  return reports_on(now, publisher_.handle(now, event));
}

BirdReports BirdSide::advance(MonotonicTime now) {
  now_ = now;
  if (const auto due = publisher_.next_deadline(); due && *due <= now) {
    take(publisher_.handle(now, bird::TimePassed{}));
  }
  if (now >= next_comparison_) compare_mesh_files();
  if (favouring() && now >= next_reading_) read_routes();
  return std::exchange(reports_, {});
}

BirdReports BirdSide::publish(MonotonicTime now, std::vector<controller::Published> values, bool neutral) {
  values_ = std::move(values);
  neutral_ = neutral;
  return reports_on(now, publisher_.publish(now, wanted()));
}

BirdReports BirdSide::query(MonotonicTime now, std::uint64_t token, std::string_view command) {
  return reports_on(now, publisher_.query(now, token, command));
}

void BirdSide::mesh_changed(MonotonicTime now) {
  if (favouring()) {
    favours_.keep(mesh_, self_);
  } else {
    favours_ = {};
  }
  next_comparison_ = now;
  publisher_.set_neighbours(bird::neighbours_of(mesh_, self_));
}

std::optional<MonotonicTime> BirdSide::next_deadline() const {
  MonotonicTime earliest = next_comparison_;
  if (favouring()) earliest = std::min(earliest, next_reading_);
  return std::min(earliest, publisher_.next_deadline().value_or(earliest));
}

bird::Metrics BirdSide::wanted() const {
  bird::Metrics metrics{.policy = mesh_.policy, .neutral = neutral_};
  for (const controller::Published& value : values_) {
    metrics.values.emplace_back(value.neighbour, value.value);
    if (!favouring()) continue;
    if (auto prefixes = favours_.through(value.neighbour); !prefixes.empty())
      metrics.favours.push_back({value.neighbour, controller::per_mille(value.margin), std::move(prefixes)});
  }
  return metrics;
}

// ---- what BIRD said

BirdReports BirdSide::reports_on(MonotonicTime now, const std::vector<bird::Action>& actions) {
  now_ = now;
  take(actions);
  return std::exchange(reports_, {});
}

void BirdSide::take(const std::vector<bird::Action>& actions) {
  for (const bird::Action& action : actions) {
    std::visit(
        [&](const auto& what) {
          if constexpr (requires { take_report(what); }) {
            take_report(what);
          } else {
            reports_.emplace_back(DoForBird{what});
          }
        },
        action);
  }
}

void BirdSide::take_report(const bird::MetricsPublished&) {
  if (std::exchange(refused_, false))
    reports_.emplace_back(Remark{"bird", "the metrics file is published again"});
}

void BirdSide::take_report(const bird::MetricsRefused& refused) {
  refused_ = true;
  reports_.emplace_back(Remark{"bird", refused.error.text()});
}

void BirdSide::take_report(const bird::MetricsTampered& tampered) {
  reports_.emplace_back(Remark{"bird", tampered.error.text()});
}

void BirdSide::take_report(const bird::SessionRestarted& restarted) {
  const mesh::Site* site = mesh_.find_site(restarted.neighbour);
  reports_.emplace_back(Remark{
      "bird",
      fmt::format("BFD with {} does not come back although BGP has: the session {}",
                  site == nullptr ? "a site that has left" : site->name,
                  restarted.refused ? "cannot be restarted: " + restarted.refused->text() : "is restarted")});
}

void BirdSide::take_report(const bird::QueryAnswered& answered) {
  if (answered.token == kComparisonToken) {
    take_other_mesh_files(answered.reply);
  } else {
    reports_.emplace_back(answered);
  }
}

void BirdSide::take_report(const bird::StateChanged&) {
  const bird::BirdState& state = publisher_.state();
  if (state.link == link_) return;
  link_ = state.link;
  if (state.link != bird::BirdLink::connected) reports_.emplace_back(SessionsUnknown{});
  const std::string version = state.version.empty() ? "" : state.version + " ";
  const std::string why = state.last_error ? ": " + state.last_error->text() : "";
  reports_.emplace_back(Remark{"bird", fmt::format("BIRD {}is {}{}", version, name_of(state.link), why)});
}

// ---- favours

void BirdSide::read_routes() {
  next_reading_ = now_ + kReadingPace;
  if (state().link != bird::BirdLink::connected) return;
  take(publisher_.read_routes(now_, mesh_.community));
}

void BirdSide::take_report(const bird::RoutesRead& read) {
  if (!read.prefixes) {  // the next one is as good, and a table too large to read stays so
    next_reading_ = now_ + kReadingAgain;
    return;
  }
  next_reading_ =
      std::max(next_reading_, now_ + kReadingPerPrefix * static_cast<Duration::rep>(read.prefixes->size()));
  const auto news = favours_.take(now_, *read.prefixes, values_);
  for (const Favours::End& end : news.ended) {
    const mesh::Site* site = mesh_.find_site(end.neighbour);
    if (site == nullptr) continue;
    reports_.emplace_back(
        Remark{"route", controller::kept_no_longer(end.prefix.text(), site->name, end.cheaper)});
  }
  if (news.changed) take(publisher_.publish(now_, wanted()));
}

// ---- the others' mesh files

// Whose routes carry another fingerprint than ours (specification §2), once an interval.
void BirdSide::compare_mesh_files() {
  next_comparison_ = now_ + mesh_.tuning.interval;
  if (state().link != bird::BirdLink::connected) return;
  take(
      publisher_.query(now_, kComparisonToken,
                       bird::other_fingerprints_command(mesh_.community, mesh::fingerprint(mesh_).short_id)));
}

// A question that went wrong leaves what was known.
void BirdSide::take_other_mesh_files(const Result<bird::Reply>& reply) {
  const auto routes = reply ? bird::parse_routes(*reply) : reply.error();
  if (!routes) return;
  auto others = origins_of(mesh_, *routes);
  if (others == other_mesh_files_) return;
  other_mesh_files_ = std::move(others);
  reports_.emplace_back(Remark{
      "mesh", other_mesh_files_.empty()
                  ? "every site has this mesh file"
                  : fmt::format("another mesh file than here: {}", fmt::join(other_mesh_files_, ", "))});
}

}  // namespace trimtab::engine
