// Files that tests compare with, under tests/golden. WRITE_GOLDEN=1 in the environment writes them afresh;
// read the difference before you commit it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace trimtab::test {

// `name` below TRIMTAB_GOLDEN, which the test's CMakeLists defines.
inline std::string read_golden(const std::string& name) {
  std::ifstream file(std::string(TRIMTAB_GOLDEN) + "/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << "cannot read golden file " << name;
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

inline void expect_golden(const std::string& name, const std::string& text) {
  if (std::getenv("WRITE_GOLDEN") != nullptr) {
    std::ofstream(std::string(TRIMTAB_GOLDEN) + "/" + name, std::ios::binary) << text;
  }
  EXPECT_EQ(text, read_golden(name)) << "golden file " << name;
}

}  // namespace trimtab::test
