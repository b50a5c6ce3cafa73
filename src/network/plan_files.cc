// Files and the firewall table: both are replaced whole, and recognised by what `up` wrote into them.
#include <fmt/core.h>

#include <algorithm>

#include "network/firewall.h"
#include "network/plan_parts.h"
#include "network/text_diff.h"

namespace trimtab::network {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& entry) {
  return std::find(list.begin(), list.end(), entry) != list.end();
}

// Every file that trimtab writes names itself in its first line, so that it is known again after a reboot.
bool names_itself(const std::string& content) {
  return content.substr(0, content.find('\n')).find(kMark) != std::string::npos;
}

void plan_file(const File& file, const std::map<std::string, std::string>& existing, const Memory& before,
               Plan& plan) {
  const std::string object = fmt::format("file {}", file.path);
  const auto found = existing.find(file.path);
  const bool remembered = contains(before.files, file.path);
  if (found == existing.end()) {
    plan.memory.files.push_back(file.path);
    plan.steps.push_back(
        {Change::add, object, {line_count(file.content)}, WriteFile{file}, {RemoveFile{file.path}}});
    return;
  }
  if (remembered || !file.shared) plan.memory.files.push_back(file.path);
  if (found->second == file.content) return;
  // What several write is ours by its place: the daemon's file holds nothing but numbers.
  if (!remembered && !file.shared && !names_itself(found->second)) {
    plan.conflicts.push_back({fmt::format("{} exists and is not trimtab's", file.path), "move it away"});
    return;
  }
  Step step{Change::change, object, text_diff(found->second, file.content), WriteFile{file}, {}};
  // What was no metrics file BIRD would refuse: nothing is worth going back to.
  if (!file.shared || !found->second.empty()) {
    File old = file;
    old.content = found->second;
    step.undo.push_back(WriteFile{old});
  }
  plan.steps.push_back(std::move(step));
}

// nft prints a table without what makes it replace another one.
std::string restoring_script(const std::string& listing) {
  const std::string name = fmt::format("table {} {}", kTableFamily, kTableName);
  return fmt::format("{0}\ndelete {0}\n{1}", name, listing);
}

}  // namespace

void plan_files(const WantedState& wanted, const FoundState& found, const Memory& before, Plan& plan) {
  for (const File& file : wanted.files) plan_file(file, found.files, before, plan);
}

void plan_table(const WantedState& wanted, const FoundState& found, const Memory& before, Plan& plan) {
  const std::string object = fmt::format("table {} {}", kTableFamily, kTableName);
  plan.memory.table = wanted.table;
  plan.memory.table_listing = before.table_listing;
  if (!found.table_listing) {
    plan.steps.push_back(
        {Change::add, object, {line_count(wanted.table)}, LoadTable{wanted.table}, {DeleteTable{}}});
    return;
  }
  if (!is_own_table(*found.table_listing)) {
    plan.conflicts.push_back({fmt::format("nft has a {} that is not trimtab's", object),
                              fmt::format("rename or delete it: nft delete {}", object)});
    return;
  }
  const bool untouched = *found.table_listing == before.table_listing;
  if (untouched && wanted.table == before.table) return;
  std::vector<std::string> lines;
  if (!before.table.empty()) lines = text_diff(before.table, wanted.table);
  if (!untouched) {
    lines.insert(lines.begin(), !before.doing.empty()  ? "may be the one from before"
                                : before.table.empty() ? "was not loaded by `up`"
                                                       : "was changed since the last `up`");
  }
  plan.steps.push_back({Change::change,
                        object,
                        std::move(lines),
                        LoadTable{wanted.table},
                        {LoadTable{restoring_script(*found.table_listing)}}});
}

}  // namespace trimtab::network
