// The engine's dealings with the site's own BIRD: what is published there, which prefixes are favoured on the
// way that BIRD's routes go, and whether those routes tell of another mesh file than ours. What sessions mean
// for a link, and what routes explain, is left to the engine.
//
// Way of use, as of bird::Publisher: construct; start(); then handle() every event and advance() at
// next_deadline(). Reports are taken in their order. `now` never goes back. It is total.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bird/publisher.h"
#include "controller/decision.h"
#include "engine/event.h"
#include "engine/favours.h"
#include "mesh/mesh.h"

namespace trimtab::engine {

// For the journal; about no link in particular.
struct Remark {
  std::string kind, text;
};
// BIRD is no longer connected.
struct SessionsUnknown {};

using BirdReport = std::variant<DoForBird, Remark, bird::SessionsRead, SessionsUnknown, bird::QueryAnswered>;
using BirdReports = std::vector<BirdReport>;

class BirdSide {
 public:
  // `mesh` stays where it is for as long as this lives. `metrics_text`: what the metrics file holds now.
  BirdSide(const mesh::Mesh& mesh, SiteId self, std::string_view candidate_path, std::string metrics_text);

  // What an earlier run favoured.
  void restore(const std::vector<bird::Favour>& favours) { favours_.restore(favours); }

  BirdReports start(MonotonicTime now);
  BirdReports handle(MonotonicTime now, const bird::Event& event);
  BirdReports advance(MonotonicTime now);

  // Wanted from now on, and with it a favour for what goes that way. `neutral`: nothing was ever decided.
  BirdReports publish(MonotonicTime now, std::vector<controller::Published> values, bool neutral);

  // On behalf of others; the token, 1 or more, comes back with the answer.
  BirdReports query(MonotonicTime now, std::uint64_t token, std::string_view command);

  // The mesh says something else than before.
  void mesh_changed(MonotonicTime now);

  std::optional<MonotonicTime> next_deadline() const;

  const bird::BirdState& state() const { return publisher_.state(); }
  bird::Metrics wanted() const;  // as BIRD is to have it now
  // Sites, by name, that have another mesh file than ours.
  const std::vector<std::string>& other_mesh_files() const { return other_mesh_files_; }
  // Of what is favoured: Favours::ends_in.
  std::optional<Duration> favour_ends_in(const Prefix& prefix) const { return favours_.ends_in(prefix); }

 private:
  BirdReports reports_on(MonotonicTime now, const std::vector<bird::Action>& actions);
  void take(const std::vector<bird::Action>& actions);
  void take_report(const bird::MetricsPublished&);
  void take_report(const bird::MetricsRefused& refused);
  void take_report(const bird::MetricsTampered& tampered);
  void take_report(const bird::SessionsRead& read) { reports_.emplace_back(read); }
  void take_report(const bird::SessionRestarted& restarted);
  void take_report(const bird::QueryAnswered& answered);
  void take_report(const bird::RoutesRead& read);
  void take_report(const bird::StateChanged&);

  bool favouring() const { return mesh::is_steady(mesh_.policy, mesh_.tuning.estimator); }
  void read_routes();
  void compare_mesh_files();
  void take_other_mesh_files(const Result<bird::Reply>& reply);

  const mesh::Mesh& mesh_;
  SiteId self_;
  MonotonicTime now_{};
  bird::Publisher publisher_;
  std::vector<controller::Published> values_;
  bool neutral_ = true;
  bool refused_ = false;                              // BIRD's last word on the metrics file
  bird::BirdLink link_ = bird::BirdLink::connecting;  // as last remarked
  Favours favours_;
  MonotonicTime next_reading_{};  // of BIRD's routes
  std::vector<std::string> other_mesh_files_;
  MonotonicTime next_comparison_{};  // of the mesh files
  BirdReports reports_;              // of the call under way
};

}  // namespace trimtab::engine
