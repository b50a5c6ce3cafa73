#include "bird/replies.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <tuple>

namespace trimtab::bird {
namespace {

constexpr int kVersionLine = 1000;
constexpr int kStatusLine = 1011;
constexpr int kProtocolLine = 1002;
constexpr int kBfdLine = 1020;

using Version = std::tuple<int, int, int>;
constexpr Version kOldest{2, 0, 10};

Error refused(const Reply& reply) {
  return Error{fmt::format("BIRD: {}", reply.message()), {}, reply.code()};
}

Error not_understood(std::string_view what) {
  return Error{fmt::format("cannot make sense of BIRD's reply to `{}`", what)};
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  for (;;) {
    const std::size_t from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos) return found;
    text.remove_prefix(from);
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    found.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

// "2.0.12", "2.14", "3.1.0-alpha": what stands after a number's last digit is passed over.
Version version_of(std::string_view text) {
  int parts[3] = {0, 0, 0};
  const char* next = text.data();
  const char* end = next + text.size();
  for (int& part : parts) {
    const auto [after, error] = std::from_chars(next, end, part);
    if (error != std::errc{} || after == end || *after != '.') break;
    next = after + 1;
  }
  return {parts[0], parts[1], parts[2]};
}

// "2026-11-23 23:01:27.123": BIRD's default, and that of trimtab's bird.conf, which sets no other.
std::optional<std::chrono::sys_seconds> parse_time(std::string_view text) {
  int year = 0, hour = 0, minute = 0, second = 0;
  unsigned month = 0, day = 0;
  if (std::sscanf(std::string(text).c_str(), "%4d-%2u-%2u %2d:%2d:%2d", &year, &month, &day, &hour, &minute,
                  &second) != 6) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second};
}

}  // namespace

Result<std::string> parse_version(std::string_view text) {
  constexpr std::string_view kName = "BIRD ";
  const std::size_t found = text.find(kName);
  if (found == std::string_view::npos) return Error{"what answers at the socket is not BIRD"};
  const auto after = words(text.substr(found + kName.size()));
  if (after.empty()) return Error{"BIRD does not say its version"};
  std::string_view version = after.front();
  if (version == "version" && after.size() > 1) version = after[1];
  return std::string(version);
}

Result<void> check_version(std::string_view version) {
  if (version_of(version) >= kOldest) return {};
  return Error{fmt::format("BIRD {} is too old", version), "install BIRD 2.0.10 or later"};
}

Result<Status> parse_status(const Reply& reply) {
  constexpr std::string_view kReboot = "Last reboot on ";
  if (reply.failed()) return refused(reply);
  Status status;
  for (const ReplyLine& line : reply.lines) {
    if (line.code == kVersionLine) {
      auto version = parse_version(line.text);
      if (!version) return version.error();
      status.version = *std::move(version);
    } else if (line.code == kStatusLine && line.text.starts_with(kReboot)) {
      status.last_reboot = parse_time(std::string_view(line.text).substr(kReboot.size()));
    }
  }
  if (status.version.empty()) return not_understood("show status");
  return status;
}

bool is_restart(const std::optional<std::chrono::sys_seconds>& before,
                const std::optional<std::chrono::sys_seconds>& now) {
  // Shown by way of the wall clock: rounding and slewing move it a little, a step of the clock more. Taking a
  // step for a restart only means that sessions are not judged until they are Established again.
  constexpr std::chrono::seconds kRounding{2};
  return before && now && (*now - *before > kRounding || *before - *now > kRounding);
}

Result<std::vector<Protocol>> parse_protocols(const Reply& reply) {
  std::vector<Protocol> protocols;
  if (reply.code() == kNoSuchProtocol) return protocols;
  if (reply.failed()) return refused(reply);
  for (const ReplyLine& line : reply.lines) {
    if (line.code != kProtocolLine) continue;
    const auto columns = words(line.text);
    if (columns.size() < 5) return not_understood("show protocols");
    // name, type, table, state, since: one word for today, with BIRD's "iso long" two: date and time.
    std::size_t next = 5;
    if (next < columns.size() && columns[next].find(':') != std::string_view::npos &&
        columns[next].find_first_not_of("0123456789:.") == std::string_view::npos) {
      ++next;
    }
    Protocol protocol{
        .name = std::string(columns[0]), .type = std::string(columns[1]), .state = std::string(columns[3])};
    for (; next < columns.size(); ++next) {
      if (!protocol.info.empty()) protocol.info += ' ';
      protocol.info += columns[next];
    }
    protocols.push_back(std::move(protocol));
  }
  return protocols;
}

Result<std::vector<BfdSession>> parse_bfd_sessions(const Reply& reply) {
  std::vector<BfdSession> sessions;
  if (reply.failed()) return refused(reply);
  for (const ReplyLine& line : reply.lines) {
    if (line.code != kBfdLine) continue;
    const auto columns = words(line.text);
    if (columns.size() < 3) continue;
    const auto address = parse_address(columns[0]);
    if (!address) continue;  // headings
    sessions.push_back({*address, std::string(columns[1]), columns[2] == "Up"});
  }
  return sessions;
}

}  // namespace trimtab::bird
