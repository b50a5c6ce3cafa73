// UCI's words: sections with options and lists, as lines for `uci batch`.
#pragma once

#include <string>
#include <string_view>

namespace trimtab::render {

class UciText {
 public:
  // What is set next belongs to this section: section("network", "wg0", "interface").
  void section(std::string_view config, std::string_view name, std::string_view type);
  void option(std::string_view name, std::string_view value);
  void list(std::string_view name, std::string_view value);  // one more value of a list

  const std::string& text() const { return text_; }

 private:
  std::string path_;
  std::string text_;
};

// What UCI allows in a section's name: letters, digits and underscores.
bool is_uci_name(std::string_view name);

// The same text with everything else turned into an underscore.
std::string uci_name(std::string_view text);

}  // namespace trimtab::render
