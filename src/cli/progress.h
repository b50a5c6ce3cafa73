// A bar on the terminal's stderr for what takes its time; nothing at all where stderr is no terminal.
#pragma once

#include <string>

namespace trimtab::cli {

class Progress {
 public:
  Progress();
  ~Progress();  // the line is as clean as it was
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(double share_done);  // 0 … 1

 private:
  bool terminal_ = false;
  int shown_percent_ = -1;
};

}  // namespace trimtab::cli
