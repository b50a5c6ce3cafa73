// Where things stand in the mesh file, and the list of what is wrong with it.
#pragma once

#include <compare>
#include <string>
#include <utility>
#include <vector>

#include "mesh/parse.h"

namespace trimtab::mesh {

struct Position {
  int line = 1;
  int column = 1;  // in characters, as editors count
  auto operator<=>(const Position&) const = default;
};

// A value and where it was said.
template <typename T>
struct Said {
  T value{};
  Position at{};
};

class Mistakes {
 public:
  void error(Position at, std::string text) { list_.push_back({at.line, at.column, false, std::move(text)}); }
  void warn(Position at, std::string text) { list_.push_back({at.line, at.column, true, std::move(text)}); }
  void missing_key(Position at, std::string text) {
    list_.push_back({at.line, at.column, false, std::move(text), true});
  }

  bool has_errors() const;
  // In the order of the file.
  std::vector<Mistake> take();

 private:
  std::vector<Mistake> list_;
};

}  // namespace trimtab::mesh
