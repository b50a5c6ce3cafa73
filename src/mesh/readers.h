// One reader per table of the mesh file: values out of a Document into the Draft. A reader judges what one
// value says by itself; what two values say of each other is judged by the rules.
#pragma once

#include "mesh/document.h"
#include "mesh/draft.h"
#include "mesh/table_reader.h"

namespace trimtab::mesh {

// Everything; `document.incomplete` keeps quiet about keys that seem to be missing.
Draft read_draft(const Document& document, Mistakes& mistakes);

// [mesh], less what read_tuning takes from it.
void read_mesh_table(TableReader& table, Draft& draft);
// interval, probes and smoothing of [mesh]; all else from [tuning].
void read_tuning(TableReader& mesh, TableReader& tuning, Tuning& out);
bool is_tuning_key(std::string_view key);  // of [tuning]
DraftSite read_site(TableReader& table, bool incomplete);
DraftLink read_link(TableReader& table, bool incomplete);

// One prefix or an array of them; those that are whole and routable.
struct Prefixes {
  std::vector<Said<Prefix>> list;
  bool complete = true;  // nothing was refused
};
Prefixes read_prefixes(TableReader& table, std::string_view key);

// Lower-case letter, then lower-case letters, digits and hyphens: what every part of the system takes
// unquoted.
bool is_name(std::string_view text);

// An interface's name as the kernel takes it, of characters that BIRD, nft and shells leave alone.
inline constexpr std::size_t kMaxInterfaceLength = 15;
// Empty where it is fine, else what is wrong with it.
std::string interface_mistake(std::string_view name);

}  // namespace trimtab::mesh
