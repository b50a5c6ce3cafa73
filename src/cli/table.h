// A table for people: columns that align, two spaces between them, colour where it is wanted.
#pragma once

#include <string>
#include <vector>

namespace trimtab::cli {

enum class Colour { none, dim, bold, green, yellow, red };

// The text wrapped in the terminal's codes, where colour is in use (command.h: use_colour).
std::string coloured(Colour colour, const std::string& text);

struct Cell {
  std::string text;
  Colour colour = Colour::none;

  Cell(std::string cell_text, Colour cell_colour = Colour::none)
      : text(std::move(cell_text)), colour(cell_colour) {}
  Cell(const char* cell_text) : text(cell_text) {}
};

class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add(std::vector<Cell> row);  // as many cells as there are columns
  std::string text() const;         // with a newline after each line

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace trimtab::cli
