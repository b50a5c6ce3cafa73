// Owns one file descriptor.
#pragma once

#include <string>
#include <utility>

#include "util/result.h"

namespace trimtab::os {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }

  bool open() const { return number_ >= 0; }
  int number() const { return number_; }
  void close();

 private:
  int number_ = -1;
};

// Whether the open file is still the one of that name.
bool is_at(const Descriptor& file, const std::string& path);

// "<what>: <errno's text>", with errno as its number.
Error system_error(std::string what);

// The same of a file, with what to do about it where that is known: no right to it, a full disk and the like.
Error file_error(std::string what);

// How many descriptors this process may have.
std::size_t descriptor_limit();

}  // namespace trimtab::os
