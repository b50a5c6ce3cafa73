#include "cli/figures.h"

#include <fmt/core.h>

#include <cmath>

namespace trimtab::cli {
namespace {

using control::Json;

// The cost that means "only if nothing else is left", in ms (specification §6).
constexpr double kLastResort_ms = 1'000'000.0;

std::string short_percent(const Json& value) {
  const double percent = value.get<double>();
  return percent > 0 && percent < 10 ? fmt::format("{:.1f}", percent) : fmt::format("{:.0f}", percent);
}

// A cost counts what is proven, by more probes than those that are shown. Empty: they show as much.
std::string show_charged_loss(const Json& link) {
  constexpr double kShown_percent = 0.05;  // less is 0.0
  const Json& loss = link.at("loss");
  if (loss.is_null()) return "";
  const auto proven = loss.at("proven_percent").get<double>();
  if (proven < kShown_percent || proven <= loss.at("percent").get<double>()) return "";
  return fmt::format("{} % loss counts, for what was lost before", short_percent(loss.at("proven_percent")));
}

std::string show_held(const Json& held) {
  if (held.is_null()) return "";
  const auto text = held.at("text").get<std::string>();
  return held.at("remaining_s").is_null()
             ? text
             : fmt::format("{} ({} more)", text, show_age(held.at("remaining_s")));
}

}  // namespace

std::string text_of(const Json& value) {
  return value.get<std::string>();
}

std::string show_rtt(const Json& link) {
  if (link.at("rtt_ms").is_null()) return kUnknown;
  const Json& jitter = link.at("jitter_ms");  // null while every round had one answer at most
  return fmt::format("{:.1f} ±{}", link.at("rtt_ms").get<double>(),
                     jitter.is_null() ? kUnknown : fmt::format("{:.1f}", jitter.get<double>()));
}

std::string show_loss(const Json& link) {
  const Json& loss = link.at("loss");
  if (loss.is_null()) return kUnknown;
  return fmt::format("{} % ({}–{})", short_percent(loss.at("percent")), short_percent(loss.at("low_percent")),
                     short_percent(loss.at("high_percent")));
}

std::string show_bandwidth(const Json& link) {
  const Json& bandwidth = link.at("bandwidth");
  return fmt::format("{:g}M {}{}", bandwidth.at("mbit").get<double>(),
                     bandwidth.at("source").get<std::string>(),
                     bandwidth.at("stale").get<bool>() ? ", stale" : "");
}

std::string show_worth(const Json& value, bool path) {
  if (value.is_null()) return kUnknown;
  if (!path) return value.get<double>() == 0 ? "last resort" : fmt::format("{:g}", value.get<double>());
  return value.get<double>() >= kLastResort_ms ? "last resort"
                                               : fmt::format("{:.1f} ms", value.get<double>());
}

std::string show_count(const Json& value) {
  // get<> would cast whatever number it is; this throws where it is another kind.
  return std::to_string(value.get_ref<const Json::number_unsigned_t&>());
}

std::string show_age(const Json& seconds) {
  if (seconds.is_null()) return kUnknown;
  const auto total = static_cast<long>(std::lround(seconds.get<double>()));
  if (total >= 86400) return fmt::format("{}d {}h", total / 86400, total / 3600 % 24);
  if (total >= 3600) return fmt::format("{}h {}m", total / 3600, total / 60 % 60);
  if (total >= 60) return fmt::format("{}m {}s", total / 60, total % 60);
  return fmt::format("{}s", total);
}

Cell show_standing(const Json& link) {
  const auto standing = link.at("standing").get<std::string>();
  if (standing == "up") return {standing, Colour::green};
  if (standing == "down") return {standing, Colour::red};
  return {standing, Colour::yellow};
}

std::string show_note(const Json& link) {
  if (!link.at("interface_up").get<bool>())
    return fmt::format("{} is not up", link.at("interface").get<std::string>());
  if (const auto fault = link.find("local_fault"); fault != link.end() && fault->is_string()) {
    return "local fault: " + fault->get<std::string>();
  }
  if (const auto mtu = link.find("mtu"); mtu != link.end() && mtu->at("passes") == false) {
    return fmt::format("mtu: {} bytes do not pass", show_count(mtu->at("bytes")));
  }
  if (link.at("session_established") == false) return "no BGP session";
  if (link.at("bfd_up") == false) return "BFD is not up";
  std::string note;
  for (const std::string& part :
       {std::string(link.at("loaded").get<bool>() ? "loaded: its own traffic makes it slow" : ""),
        show_charged_loss(link), show_held(link.at("held"))}) {
    if (!part.empty()) note += (note.empty() ? "" : "; ") + part;
  }
  return note;
}

}  // namespace trimtab::cli
