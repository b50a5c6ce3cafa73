// trimtab replay TRACE: what the controller would have made of a recorded mesh, against the best that was
// possible; for labelled links, how well its detector of level shifts agrees with the hand that marked them.
#include "sim/replay.h"

#include <fmt/core.h>

#include <memory>

#include "cli/agreement.h"
#include "cli/command.h"
#include "control/json.h"
#include "os/files.h"
#include "os/gunzip.h"
#include "sim/labelled.h"

namespace trimtab::cli {
namespace {

// A day of a 24-site mesh at a frame in 15 s is 20 MB.
constexpr std::size_t kLongestTrace = 1UL << 30U;

Result<std::string> read_text(const std::string& path) {
  auto text = os::read_file(path, kLongestTrace);
  if (!text) return text.error();
  if (os::is_gzip(*text)) text = os::gunzip(*text, kLongestTrace);
  if (!text) return Error{fmt::format("{}: {}", path, text.error().text())};
  return text;
}

Error wrong_format(const std::string& path, const Error& error) {
  return Error{fmt::format("{}: {}", path, error.text()), "docs/traces.md has the format"};
}

control::Json to_json(const sim::Replayed& result) {
  return {{"hosts", result.hosts},
          {"links", result.links},
          {"frames", result.frames},
          {"counted_frames", result.counted_frames},
          {"hours", result.hours},
          {"cost_ratio", result.cost_ratio},
          {"direct_ratio", result.direct_ratio},
          {"changes_per_hour_pair", result.changes_per_hour_pair},
          {"published_per_hour_link", result.published_per_hour_link},
          {"skipped", result.skipped}};
}

void show_replayed(const sim::Replayed& result) {
  fmt::print("{} hosts, {} links, {} frames over {:.1f} h after warm-up\n", result.hosts, result.links,
             result.counted_frames, result.hours);
  fmt::print("RTT along the routes        {:.4f} of the shortest path's\n", result.cost_ratio);
  fmt::print("  along the direct links    {:.4f}\n", result.direct_ratio);
  fmt::print("next hops changed           {:.3f} per hour and pair\n", result.changes_per_hour_pair);
  fmt::print("values published            {:.3f} per hour and link\n", result.published_per_hour_link);
}

}  // namespace

std::function<int()> declare_replay(CLI::App& app, const Common& common) {
  const auto path = std::make_shared<std::string>();
  app.add_option("trace", *path, "recorded RTTs, plain or gzip (docs/traces.md)")
      ->type_name("TRACE")
      ->required();
  const auto tuned = std::make_shared<bool>(false);
  app.add_flag("--tuned", *tuned, "with the [tuning] and smoothing of --mesh instead of the shipped ones");
  app.footer("Policy `path`; each frame is a round of one probe.");
  return [&common, path, tuned] {
    controller::Settings settings;
    if (*tuned) {
      int status = kFine;
      const auto mesh = load_mesh(common, status);
      if (!mesh) return status;
      settings.tuning = mesh->tuning;
    }
    const auto text = read_text(*path);
    if (!text) return complain(text.error());
    if (text->starts_with(sim::kLabelledHeader)) {
      const auto links = sim::parse_labelled(*text);
      return links ? show_agreement(*links, common.json) : complain(wrong_format(*path, links.error()));
    }
    const auto trace = sim::Trace::parse(*text);
    if (!trace) return complain(wrong_format(*path, trace.error()));
    const sim::Replayed result = sim::replay(*trace, settings);
    if (common.json) {
      fmt::print("{}\n", control::to_line(to_json(result)));
    } else {
      show_replayed(result);
    }
    return kFine;
  };
}

}  // namespace trimtab::cli
