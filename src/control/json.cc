#include "control/json.h"

#include <fmt/core.h>

#include <chrono>
#include <cmath>

namespace trimtab::control {
namespace {

constexpr int kDeepest = 32;  // nlohmann's dump and copy recurse; our own answers are five levels deep

// Figures are for reading: a microsecond is finer than any of them.
double rounded(double value) {
  return std::round(value * 1000.0) / 1000.0;
}
double milliseconds(Milliseconds value) {
  return rounded(value.count());
}
double seconds(Duration value) {
  return rounded(std::chrono::duration<double>(value).count());
}

template <typename T, typename Function>
Json or_null(const std::optional<T>& value, Function function) {
  return value ? Json(function(*value)) : Json(nullptr);
}

Json to_json(const LossReport& loss) {
  if (loss.probes == 0) return nullptr;
  return {{"percent", rounded(loss.ratio.percent())},
          {"low_percent", rounded(loss.low.percent())},
          {"high_percent", rounded(loss.high.percent())},
          {"proven_percent", rounded(loss.proven.percent())},
          {"probes", loss.probes}};
}

Json to_json(const HeldReport& held) {
  return {{"reason", held.reason}, {"text", held.text}, {"remaining_s", or_null(held.remaining, seconds)}};
}

Json to_json(const LinkReport& link, std::string_view policy) {
  const auto same = [](auto value) { return value; };
  const auto megabits = [](Rate rate) { return rounded(rate.megabits()); };
  // Under `path` a worth is a cost in ms, under `score` a LOCAL_PREF: the key says which.
  const bool path = policy == "path";
  Json json{{"neighbour", link.name},
            {"neighbour_id", link.neighbour},
            {"interface", link.interface},
            {"standing", link.standing},
            {"interface_up", link.interface_up},
            {"session_established", or_null(link.session_established, same)},
            {"bfd_up", or_null(link.bfd_up, same)},
            {"mtu", {{"bytes", link.mtu.bytes}, {"passes", or_null(link.mtu.passes, same)}}},
            {"rtt_ms", or_null(link.rtt, milliseconds)},
            {"jitter_ms", or_null(link.jitter, milliseconds)},
            {"last_rtt_ms", or_null(link.last_rtt, milliseconds)},
            {"loss", to_json(link.loss)},
            {"bandwidth",
             {{"mbit", megabits(link.bandwidth.rate)},
              {"source", link.bandwidth.source},
              {"stale", link.bandwidth.stale}}},
            {"in_mbit", or_null(link.in, megabits)},
            {"out_mbit", or_null(link.out, megabits)}};
  json[path ? "cost_ms" : "preference"] = or_null(link.computed, rounded);
  json["noise"] = or_null(link.noise, [](Ratio noise) { return noise.value; });
  json["margin"] = link.margin.value;
  json[path ? "published_ms" : "published_preference"] = rounded(link.published);
  json["held"] = link.held ? to_json(*link.held) : Json(nullptr);
  json["loaded"] = link.loaded;
  json["since_change_s"] = or_null(link.since_change, seconds);
  json["local_fault"] = or_null(link.local_fault, [](const std::string& text) { return text; });
  json["counters"] = {{"probes_sent", link.probes_sent},
                      {"quick_probes", link.quick_probes},
                      {"probes_answered", link.probes_answered},
                      {"probes_late", link.probes_late},
                      {"probes_lost", link.probes_lost},
                      {"probes_unmeasured", link.probes_unmeasured},
                      {"forged_answers", link.forged_answers},
                      {"duplicate_answers", link.duplicate_answers},
                      {"malformed_packets", link.malformed_packets},
                      {"icmp_errors", link.icmp_errors},
                      {"local_faults", link.local_faults},
                      {"clock_steps", link.clock_steps}};
  return json;
}

Json to_json(const std::vector<LinkReport>& links, std::string_view policy) {
  Json array = Json::array();
  for (const LinkReport& link : links) array.push_back(to_json(link, policy));
  return array;
}

Json to_json(const Candidate& candidate) {
  return {{"neighbour", candidate.neighbour},
          {"chosen", candidate.chosen},
          {"path", candidate.path},
          {"local_preference", candidate.preference},
          {"total_ms", or_null(candidate.total, milliseconds)},
          {"own_link_ms", or_null(candidate.own, milliseconds)},
          {"announced_ms", or_null(candidate.announced, milliseconds)},
          {"margin_ms", or_null(candidate.margin, milliseconds)}};
}

// Depth is counted by brackets outside strings, before the parser (which recurses) sees the text.
bool too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

Json to_json(const Status& status) {
  return {{"mesh", status.mesh},
          {"site", status.site},
          {"policy", status.policy},
          {"fingerprint", fmt::format("{:08x}", status.fingerprint)},
          {"mesh_file_ok", status.mesh_file_ok},
          {"other_mesh_files", status.other_mesh_files},
          {"uptime_s", seconds(status.uptime)},
          {"bird",
           {{"state", status.bird.state},
            {"version", status.bird.version},
            {"pending", status.bird.pending},
            {"error", or_null(status.bird.error, [](const std::string& text) { return text; })}}},
          {"underlay", status.underlay},
          {"stray_packets", status.stray_packets},
          {"interfaces",
           {{"dumps", status.interfaces.dumps},
            {"interrupted_dumps", status.interfaces.interrupted_dumps},
            {"overruns", status.interfaces.overruns}}},
          {"lan_fault", or_null(status.lan_fault, [](const std::string& text) { return text; })},
          {"every_link_down", status.every_link_down},
          {"links", to_json(status.links, status.policy)}};
}

Json to_json(const std::vector<Event>& events) {
  Json array = Json::array();
  for (const Event& event : events) {
    const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(event.at.time_since_epoch());
    array.push_back({{"number", event.number},
                     {"at", static_cast<double>(at.count()) / 1000.0},
                     {"kind", event.kind},
                     {"link", event.link.empty() ? Json(nullptr) : Json(event.link)},
                     {"text", event.text},
                     {"from", or_null(event.from, rounded)},
                     {"to", or_null(event.to, rounded)},
                     {"reason", event.reason.empty() ? Json(nullptr) : Json(event.reason)}});
  }
  return {{"events", array}};
}

Json to_json(const Explanation& explanation) {
  Json candidates = Json::array();
  for (const Candidate& candidate : explanation.candidates) candidates.push_back(to_json(candidate));
  return {{"destination", explanation.destination},
          {"prefix", explanation.prefix},
          {"site", explanation.site},
          {"own", explanation.own},
          {"other_prefixes", explanation.other_prefixes},
          {"own_lans", explanation.own_lans},
          {"sessions", explanation.sessions ? Json(*explanation.sessions) : Json(nullptr)},
          {"policy", explanation.policy},
          {"candidates", candidates},
          {"margin_ends_s", or_null(explanation.margin_ends_in, seconds)},
          {"links", to_json(explanation.links, explanation.policy)}};
}

Json to_json(const Error& error) {
  return {{"error", error.what}, {"fix", error.fix}};
}

std::string to_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Json> parse_json(std::string_view text) {
  if (too_deep(text)) return Error{fmt::format("JSON is nested deeper than {} levels", kDeepest)};
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (json.is_discarded()) return Error{"not valid JSON"};
  return json;
}

}  // namespace trimtab::control
