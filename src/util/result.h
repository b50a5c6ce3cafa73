// Result<T>: a value, or the Error that says why there is none. For everything that comes from outside
// (file, packet, netlink, BIRD, request). C++20 has no std::expected, and this is all of it that we need.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "util/check.h"

namespace trimtab {

// One line for a person: what went wrong and where, and what to do about it.
struct Error {
  std::string what;   // "cannot read /etc/trimtab/private.key: mode 0644 lets others read it"
  std::string fix{};  // "chmod 0600 /etc/trimtab/private.key"; empty where `what` says it all
  // The field's own number where there is one (errno, BIRD's reply code), for code that decides by it.
  std::optional<int> number{};

  std::string text() const { return fix.empty() ? what : what + "; " + fix; }
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    TRIMTAB_CHECK(ok());
    return std::get<0>(state_);
  }
  const T& value() const& {
    TRIMTAB_CHECK(ok());
    return std::get<0>(state_);
  }
  T&& value() && {
    TRIMTAB_CHECK(ok());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    TRIMTAB_CHECK(!ok());
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    TRIMTAB_CHECK(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace trimtab
