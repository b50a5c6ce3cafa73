#include "render/uci_text.h"

#include <fmt/core.h>

#include <algorithm>

#include "util/check.h"

namespace trimtab::render {
namespace {

bool is_name_sign(char sign) {
  return (sign >= 'a' && sign <= 'z') || (sign >= 'A' && sign <= 'Z') || (sign >= '0' && sign <= '9') ||
         sign == '_';
}

// As a shell would: nothing inside single quotes is special but the quote itself.
std::string quoted(std::string_view value) {
  TRIMTAB_CHECK(value.find('\n') == std::string_view::npos);
  std::string text = "'";
  for (const char sign : value) {
    if (sign == '\'') {
      text += "'\\''";
    } else {
      text += sign;
    }
  }
  return text + "'";
}

}  // namespace

bool is_uci_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_name_sign);
}

std::string uci_name(std::string_view text) {
  std::string name(text);
  for (char& sign : name) {
    if (!is_name_sign(sign)) sign = '_';
  }
  return name;
}

void UciText::section(std::string_view config, std::string_view name, std::string_view type) {
  TRIMTAB_CHECK(is_uci_name(name));
  path_ = fmt::format("{}.{}", config, name);
  text_ += fmt::format("\nset {}={}\n", path_, type);
}

void UciText::option(std::string_view name, std::string_view value) {
  text_ += fmt::format("set {}.{}={}\n", path_, name, quoted(value));
}

void UciText::list(std::string_view name, std::string_view value) {
  text_ += fmt::format("add_list {}.{}={}\n", path_, name, quoted(value));
}

}  // namespace trimtab::render
