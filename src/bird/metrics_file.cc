#include "bird/metrics_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "util/check.h"

namespace trimtab::bird {
namespace {

constexpr std::size_t kMaxSize = 1024 * 1024;
constexpr std::string_view kDefine = "define ";
constexpr std::string_view kEquals = " = ";
constexpr std::string_view kCost = "COST_";
constexpr std::string_view kPreference = "PREFERENCE_";
constexpr std::string_view kComplete = "METRICS_COMPLETE";
// Above it a LOCAL_PREF of policy `score` cannot be (specification §6).
constexpr std::uint32_t kHighestPreference = 200;

std::string_view name_prefix(mesh::Policy policy) {
  return policy == mesh::Policy::path ? kCost : kPreference;
}

std::uint32_t last_resort(mesh::Policy policy) {
  return policy == mesh::Policy::path ? kLastResortCost : kLastResortPreference;
}

bool can_have(mesh::Policy policy, std::uint32_t value) {
  return policy == mesh::Policy::path ? value >= 1 && value <= kLastResortCost : value <= kHighestPreference;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const char* end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || after != end) return std::nullopt;
  return value;
}

struct Definition {
  std::string_view name;
  std::uint32_t value = 0;
};

std::optional<Definition> parse_line(std::string_view line) {
  const std::size_t equals = line.find(kEquals);
  if (!line.starts_with(kDefine) || !line.ends_with(';') || equals == std::string_view::npos)
    return std::nullopt;
  const std::size_t from = equals + kEquals.size();
  const auto value = number(line.substr(from, line.size() - from - 1));
  if (!value) return std::nullopt;
  return Definition{line.substr(kDefine.size(), equals - kDefine.size()), *value};
}

// Adds what one line says; false: it is not one of ours.
bool take(const Definition& line, Metrics& metrics) {
  const mesh::Policy policy = line.name.starts_with(kCost) ? mesh::Policy::path : mesh::Policy::score;
  if (!line.name.starts_with(name_prefix(policy))) return false;
  const auto site = number(line.name.substr(name_prefix(policy).size()));
  if (!site || *site == 0 || !can_have(policy, line.value)) return false;
  if (!metrics.values.empty() && (metrics.policy != policy || metrics.values.back().first >= *site))
    return false;
  metrics.policy = policy;
  metrics.values.emplace_back(*site, line.value);
  return true;
}

}  // namespace

std::string format_metrics(const Metrics& metrics) {
  std::string text;
  const std::string_view prefix = name_prefix(metrics.policy);
  auto values = metrics.values;
  std::sort(values.begin(), values.end());
  for (const auto& [site, value] : values) {
    fmt::format_to(std::back_inserter(text), "define {}{} = {};\n", prefix, site, value);
  }
  fmt::format_to(std::back_inserter(text), "define {} = {};\n", kComplete, metrics.neutral ? 0 : 1);
  return text;
}

Result<Metrics> parse_metrics(std::string_view text) {
  if (text.size() > kMaxSize) return Error{"the metrics file is longer than 1 MiB"};
  Metrics metrics;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const auto line = end == std::string_view::npos ? std::nullopt : parse_line(text.substr(0, end));
    if (line && line->name == kComplete && line->value <= 1 && end + 1 == text.size()) {
      metrics.neutral = line->value == 0;
      return metrics;
    }
    if (!line || !take(*line, metrics))
      return Error{fmt::format("line {} of the metrics file is none of ours", number)};
    text.remove_prefix(end + 1);
  }
  return Error{"the metrics file is truncated"};
}

Metrics neutral(const mesh::Mesh& mesh, mesh::SiteId self) {
  return carry_over(mesh, self, std::nullopt);
}

Metrics carry_over(const mesh::Mesh& mesh, mesh::SiteId self, const std::optional<Metrics>& before) {
  const bool usable = before && before->policy == mesh.policy;
  Metrics metrics{.policy = mesh.policy, .neutral = !usable || before->neutral};
  for (const mesh::Link* link : mesh.links_of(self)) {
    const mesh::SiteId peer = link->peer(self).site;
    std::uint32_t value = last_resort(mesh.policy);
    if (usable) {
      const auto found = std::find_if(before->values.begin(), before->values.end(),
                                      [&](const auto& known) { return known.first == peer; });
      if (found != before->values.end()) value = found->second;
    }
    metrics.values.emplace_back(peer, value);
  }
  return metrics;
}

}  // namespace trimtab::bird
