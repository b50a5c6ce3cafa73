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
constexpr std::string_view kFavour = "FAVOUR_";
// A neighbour's favoured prefixes of one family, and what stands for none.
struct FavouredSet {
  Family family;
  std::string_view name, empty;
};
constexpr FavouredSet kFavoured{Family::ipv4, "FAVOURED_", "[ 0.0.0.0/32 ]"};
constexpr FavouredSet kFavoured6{Family::ipv6, "FAVOURED6_", "[ ::/128 ]"};
constexpr std::string_view kPreference = "PREFERENCE_";
constexpr std::string_view kComplete = "METRICS_COMPLETE";
constexpr std::uint32_t kNeutral = 0, kUnmarked = 1;
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

// As it is written: without leading zeros.
std::optional<std::uint32_t> number(std::string_view text) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  std::uint32_t value = 0;
  const char* end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || after != end) return std::nullopt;
  return value;
}

// ---- Writing

// A favour as the file has it: rule and order kept, whatever was asked for.
Favour as_written(const Metrics& metrics, mesh::SiteId neighbour) {
  Favour favour{.neighbour = neighbour};
  for (const Favour& wish : metrics.favours) {
    if (wish.neighbour != neighbour) continue;
    favour.per_mille = std::min(wish.per_mille, kWholePath);
    favour.prefixes.insert(favour.prefixes.end(), wish.prefixes.begin(), wish.prefixes.end());
  }
  std::sort(favour.prefixes.begin(), favour.prefixes.end());
  favour.prefixes.erase(std::unique(favour.prefixes.begin(), favour.prefixes.end()), favour.prefixes.end());
  return favour;
}

std::string set_of(const std::vector<Prefix>& all, const FavouredSet& which) {
  std::string set;
  for (const Prefix& prefix : of_family(all, which.family))
    set += (set.empty() ? "[ " : ", ") + prefix.text();
  return set.empty() ? std::string(which.empty) : set + " ]";
}

// ---- Reading

struct Definition {
  std::string_view name, value;
};

std::optional<Definition> parse_line(std::string_view line) {
  const std::size_t equals = line.find(kEquals);
  if (!line.starts_with(kDefine) || !line.ends_with(';') || equals == std::string_view::npos)
    return std::nullopt;
  const std::size_t from = equals + kEquals.size();
  return Definition{line.substr(kDefine.size(), equals - kDefine.size()),
                    line.substr(from, line.size() - from - 1)};
}

// The neighbour of a name that begins with `prefix`.
std::optional<mesh::SiteId> neighbour_of(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  const auto site = number(name.substr(prefix.size()));
  return site && *site > 0 ? site : std::nullopt;
}

// Exactly what set_of writes.
std::optional<std::vector<Prefix>> parse_set(std::string_view text, const FavouredSet& which) {
  std::vector<Prefix> prefixes;
  if (text == which.empty) return prefixes;
  constexpr std::string_view kOpen = "[ ", kClose = " ]", kComma = ", ";
  if (!text.starts_with(kOpen) || !text.ends_with(kClose) || text.size() < kOpen.size() + kClose.size())
    return std::nullopt;
  text = text.substr(kOpen.size(), text.size() - kOpen.size() - kClose.size());
  for (;;) {
    const std::size_t comma = text.find(kComma);
    const auto prefix = parse_prefix(text.substr(0, comma));
    if (!prefix || prefix->address.family != which.family || prefix->has_host_bits() ||
        prefix->text() != text.substr(0, comma) || (!prefixes.empty() && prefixes.back() >= *prefix)) {
      return std::nullopt;
    }
    prefixes.push_back(*prefix);
    if (comma == std::string_view::npos) return prefixes;
    text.remove_prefix(comma + kComma.size());
  }
}

// Takes the lines in the order in which they were written: a neighbour's value, then the three lines of its
// favour; two where the file is older than IPv6's, none where it is older than favours. The first neighbour
// tells for all.
class Lines {
 public:
  // False: this line is none of ours here.
  bool take(const Definition& line) {
    switch (awaited_) {
      case Awaited::favoured:
        return take_favoured(line, kFavoured);
      case Awaited::favoured6:
        if (line.name.starts_with(kFavoured6.name)) return take_favoured(line, kFavoured6);
        break;
      case Awaited::favour:
        if (line.name.starts_with(kFavour)) return take_favour(line);
        break;
      case Awaited::value:
        break;
    }
    return ends_neighbour() && take_value(line);
  }

  // May the last word come now?
  bool ends_neighbour() const {
    return awaited_ == Awaited::value || (awaited_ == Awaited::favour && !has_favours_) ||
           (awaited_ == Awaited::favoured6 && !has_ipv6_);
  }

  Metrics metrics;

 private:
  enum class Awaited : std::uint8_t { value, favour, favoured, favoured6 };

  bool take_value(const Definition& line) {
    const mesh::Policy policy = line.name.starts_with(kCost) ? mesh::Policy::path : mesh::Policy::score;
    const auto site = neighbour_of(line.name, name_prefix(policy));
    const auto value = number(line.value);
    if (!site || !value || !can_have(policy, *value)) return false;
    if (!metrics.values.empty() && (metrics.policy != policy || metrics.values.back().first >= *site))
      return false;
    metrics.policy = policy;
    metrics.values.emplace_back(*site, *value);
    awaited_ = policy == mesh::Policy::path ? Awaited::favour : Awaited::value;
    return true;
  }

  bool take_favour(const Definition& line) {
    const mesh::SiteId site = metrics.values.back().first;
    const auto per_mille = number(line.value);
    has_favours_ |= metrics.values.size() == 1;
    if (!has_favours_ || neighbour_of(line.name, kFavour) != site || !per_mille || *per_mille > kWholePath)
      return false;
    per_mille_ = *per_mille;
    awaited_ = Awaited::favoured;
    return true;
  }

  bool take_favoured(const Definition& line, const FavouredSet& which) {
    const mesh::SiteId site = metrics.values.back().first;
    const auto prefixes = parse_set(line.value, which);
    if (neighbour_of(line.name, which.name) != site || !prefixes) return false;
    if (which.family == Family::ipv6) {
      has_ipv6_ |= metrics.values.size() == 1;
      if (!has_ipv6_) return false;
    }
    const bool known = !metrics.favours.empty() && metrics.favours.back().neighbour == site;
    if (!known && (per_mille_ > 0 || !prefixes->empty())) metrics.favours.push_back({site, per_mille_, {}});
    if (!prefixes->empty()) {
      auto& all = metrics.favours.back().prefixes;
      all.insert(all.end(), prefixes->begin(), prefixes->end());
    }
    awaited_ = which.family == Family::ipv4 ? Awaited::favoured6 : Awaited::value;
    return true;
  }

  Awaited awaited_ = Awaited::value;
  bool has_favours_ = false;
  bool has_ipv6_ = false;
  std::uint32_t per_mille_ = 0;  // of the neighbour whose prefixes are awaited
};

// FNV-1a (Fowler, Noll, Vo), 32 bits: BIRD's integers are no longer. It finds mistakes and stale files;
// whoever forges one may write the file anyway.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return std::max(hash, kUnmarked + 1);
}

}  // namespace

std::string format_metrics(const Metrics& metrics) {
  std::string text;
  const std::string_view prefix = name_prefix(metrics.policy);
  auto values = metrics.values;
  std::sort(values.begin(), values.end());
  for (const auto& [site, value] : values) {
    TRIMTAB_CHECK(can_have(metrics.policy, value));
    fmt::format_to(std::back_inserter(text), "define {}{} = {};\n", prefix, site, value);
    if (metrics.policy != mesh::Policy::path) continue;
    const Favour favour = as_written(metrics, site);
    fmt::format_to(std::back_inserter(text), "define {}{} = {};\n", kFavour, site, favour.per_mille);
    for (const FavouredSet& which : {kFavoured, kFavoured6}) {
      fmt::format_to(std::back_inserter(text), "define {}{} = {};\n", which.name, site,
                     set_of(favour.prefixes, which));
    }
  }
  const std::uint32_t mark = metrics.neutral ? kNeutral : hash_of(text);
  fmt::format_to(std::back_inserter(text), "define {} = {};\n", kComplete, mark);
  return text;
}

Result<Metrics> parse_metrics(std::string_view text) {
  if (text.size() > kMaxSize) return Error{"the metrics file is longer than 1 MiB"};
  const std::string_view whole = text;
  Lines lines;
  for (int line_number = 1; !text.empty(); ++line_number) {
    const std::size_t end = text.find('\n');
    const auto line = end == std::string_view::npos ? std::nullopt : parse_line(text.substr(0, end));
    const bool last = line && line->name == kComplete && end + 1 == text.size();
    if (last && lines.ends_neighbour()) {
      const auto mark = number(line->value);
      lines.metrics.neutral = mark == kNeutral;
      if (mark == kNeutral || mark == kUnmarked ||
          mark == hash_of(whole.substr(0, whole.size() - text.size()))) {
        return std::move(lines.metrics);
      }
      return Error{"the metrics file is not as it was written: its last line does not fit the others"};
    }
    if (!line || !lines.take(*line))
      return Error{fmt::format("line {} of the metrics file is none of ours", line_number)};
    text.remove_prefix(end + 1);
  }
  return Error{"the metrics file is truncated"};
}

std::optional<std::uint32_t> mark_of(std::string_view text) {
  const auto metrics = parse_metrics(text);
  if (!metrics || metrics->neutral) return std::nullopt;
  const std::string_view lines = text.substr(0, text.rfind(kDefine));
  const auto last = parse_line(text.substr(lines.size(), text.size() - lines.size() - 1));
  const std::uint32_t mark = hash_of(lines);
  if (!last || number(last->value) != mark) return std::nullopt;
  return mark;
}

bool have_same_links(const Metrics& one, const Metrics& other) {
  return one.policy == other.policy &&
         std::is_permutation(one.values.begin(), one.values.end(), other.values.begin(), other.values.end(),
                             [](const auto& left, const auto& right) { return left.first == right.first; });
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
    if (!usable) continue;
    std::copy_if(before->favours.begin(), before->favours.end(), std::back_inserter(metrics.favours),
                 [&](const Favour& favour) { return favour.neighbour == peer; });
  }
  return metrics;
}

}  // namespace trimtab::bird
