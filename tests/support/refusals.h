// Texts that a reader refuses, each with all that is said of it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace trimtab::test {

struct Refusal {
  std::string text, mistake;
};

template <class T>
void expect_refusals(Result<T> (*read)(std::string_view), const std::vector<Refusal>& table) {
  for (const auto& [text, mistake] : table) {
    const Result<T> result = read(text);
    EXPECT_EQ(result ? "accepted" : result.error().text(), mistake) << "of \"" << text << "\"";
  }
}

}  // namespace trimtab::test
