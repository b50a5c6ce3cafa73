// `trimtab down`: removes exactly what `up` made and puts back what it changed. Needs no mesh file: what is
// ours is known by its marks and by what `up` remembered.
#include <fmt/core.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "cli/carry_out.h"
#include "cli/pending.h"
#include "cli/plan_report.h"
#include "cli/reconcile.h"
#include "cli/say.h"

namespace trimtab::cli {
namespace {

void report(const Common& common, const Reconciliation& made) {
  if (common.json) {
    fmt::print("{}\n", control::to_line(plan_json(made.before.site, made.plan, {})));
    return;
  }
  print_plan(made.plan);
  fmt::print("{}\n", made.plan.steps.empty() ? "nothing to remove" : count_of_changes(made.plan) + " made");
}

// From here on a run that finds it so knows that its own values may be ours on their way back.
Result<void> begin(const Reconciliation& made, const SiteFiles& files) {
  if (made.before.site.empty()) return {};
  network::Memory memory = made.before;
  memory.doing = "down";
  return save_memory(files, memory);
}

// Without memory nobody knows whether they are of an `up` or of a person: said, so that they are not taken
// for gone.
void name_what_stays(const Reconciliation& made, const SiteFiles& files) {
  if (!made.before.site.empty()) return;
  for (const std::string& file : {files.bird_configuration(), files.origins()}) {
    if (::access(file.c_str(), F_OK) != 0) continue;
    say("trimtab: there is no {}, the record of what an `up` made; so {} stays, for it may be somebody's "
        "own, and "
        "net.ipv4.ip_forward as it is; if `up` wrote the file, delete it\n",
        files.memory(), file);
  }
}

int down(const Common& common, SiteFiles files) {
  make_absolute(files);
  auto kernel = Kernel::open();
  if (!kernel) return complain(kernel.error());
  auto lock = take_site(files);
  if (!lock) return complain(lock.error());
  const auto made = reconcile_with_nothing(*kernel, files);
  if (!made) return complain(made.error());
  if (!made->plan.conflicts.empty()) return complain_all(made->plan.conflicts);
  if (const auto begun = begin(*made, files); !begun) return complain(begun.error());
  // A step that fails ends it here; memory stays, so that another `down` goes on with what is left.
  for (const network::Step& step : made->plan.steps) {
    if (const auto carried = carry_out(*kernel, step.action); !carried) return complain(carried.error());
  }
  if (const auto forgotten = forget(files); !forgotten) return complain(forgotten.error());
  dismiss_pending(files);
  lock->remove_file();
  report(common, *made);
  name_what_stays(*made, files);
  return kFine;
}

}  // namespace

std::function<int()> declare_down(CLI::App& app, const Common& common) {
  auto files = std::make_shared<SiteFiles>();
  declare_site_files(app, *files);
  return [&common, files] { return down(common, *files); };
}

}  // namespace trimtab::cli
