// Files, read within bounds and replaced as a whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "os/descriptor.h"
#include "util/result.h"

namespace trimtab::os {

// The file's bytes. An error (with errno as its number) where it cannot be read, is no regular file, or is
// larger than `limit`.
Result<std::string> read_file(const std::string& path, std::size_t limit);

// The same for a file that is acted on with all the caller's power, in a directory that somebody else may
// write to: it must be the caller's own, or root's.
Result<std::string> read_trusted_file(const std::string& path, std::size_t limit);

// The same for a file that is ours alone: a symbolic link at `path` is not followed but refused (ELOOP).
struct FoundFile {
  std::string text;
  unsigned mode = 0;  // permission bits
};
Result<FoundFile> read_own_file(const std::string& path, std::size_t limit);

// Afterwards the file has these bytes, or, after an error, is what it was; never anything between, also when
// the power fails. Written beside under a name of its own (an existing file or link there is not followed),
// synced, renamed, and the directory synced; where only that last step fails, the error is told although the
// file is the new one. A symbolic link at `path` itself is replaced, not followed.
Result<void> replace_file(const std::string& path, std::string_view bytes, unsigned mode);

// The same for a file that a person owns: it keeps its mode and owner, and a symbolic link stays one, its
// target is replaced. It must exist.
Result<void> rewrite_file(const std::string& path, std::string_view bytes);

// What a person asked for, where he asked for it: a symbolic link stays one, and what is no regular file (a
// device, a pipe) is refused, since it would be replaced.
Result<void> save_file(const std::string& path, std::string_view bytes);

// A file that must not exist yet (EEXIST), synced. Its directory is made where that is all that is missing.
Result<void> create_file(const std::string& path, std::string_view bytes, unsigned mode);

// At the end of a file that exists, in one write. Not synced: a power failure may take the last of them.
Result<void> append_to_file(const std::string& path, std::string_view bytes);

// What replacements of `path` left beside it whose writers were killed. One that is still at work stays.
void remove_abandoned(const std::string& path);

// Nothing there is fine too.
Result<void> remove_file(const std::string& path);

// With its parents. Existing directories are left as they are.
Result<void> make_directories(const std::string& path, unsigned mode);

}  // namespace trimtab::os
