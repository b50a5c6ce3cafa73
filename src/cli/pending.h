// An `up --confirm` that waits to be confirmed, or what became of it: confirm.json in the run directory,
// written by its guardian (guardian.h). `confirm` and `down` dismiss the guardian in it: that the file is
// gone tells him nothing, for the directory is the daemon's. Of another boot or network namespace it says
// nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/site_files.h"
#include "util/units.h"

namespace trimtab::cli {

struct Pending {
  std::string kernel;
  MonotonicTime until;   // 0: unknown
  std::string undone{};  // empty while it waits; else when and why it was undone, and what was left standing
  bool dismissed = false;
  bool operator==(const Pending&) const = default;
};

// Nothing where this program does not understand it.
std::optional<Pending> parse_pending(std::string_view text);
std::string format_pending(const Pending& pending);

Result<void> save_pending(const SiteFiles& files, const Pending& pending);
// Nothing where there is none, none of root's, none that this program understands, or a dismissed one; but
// where a guardian is alive, one that waits until an unknown time.
std::optional<Pending> load_pending(const SiteFiles& files);
// Nothing is left to undo, or nobody wants it undone: a guardian that waits goes, and the file with him.
void dismiss_pending(const SiteFiles& files);
bool is_dismissed(const SiteFiles& files);
void remove_pending(const SiteFiles& files);

// Waits, and its guardian is alive to undo it.
bool is_guarded(const SiteFiles& files, const Pending& pending);

// Until it is undone; 0 where that is due.
Duration time_left(const Pending& pending, MonotonicTime now);

// One sentence for a person, "" where there is nothing to tell: how long is left, or that it was undone.
std::string tell_pending(const SiteFiles& files);
std::string tell(const Pending& pending, bool guarded, MonotonicTime now);

}  // namespace trimtab::cli
