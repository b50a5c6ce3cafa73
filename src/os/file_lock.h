// One at a time: a lock file that whoever works on something shared holds, and that the kernel lets go of
// when its holder ends, however it ends.
#pragma once

#include <string>

#include "os/descriptor.h"
#include "util/units.h"

namespace trimtab::os {

class FileLock {
 public:
  // Makes the file (mode 0600: only who may write it may lock it) and waits at most `patience` for another
  // holder. An error with number EAGAIN names him. Programs that are run meanwhile share the lock: a holder
  // that is killed while one of them is still at work is not followed by another before that has ended.
  static Result<FileLock> take(const std::string& path, Duration patience);

  // Whether the file is still there: where somebody removed it, another may hold one of that name.
  bool in_place() const { return is_at(file_, path_); }

  // Removes the file as well; the lock lasts until the last copy of it is closed.
  void remove_file();

  // Whether root or this user holds it now; a file that does not exist is held by nobody.
  static bool held(const std::string& path);

 private:
  FileLock(std::string path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  Descriptor file_;
};

}  // namespace trimtab::os
