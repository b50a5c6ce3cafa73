// Runs a test in a network namespace of its own, in a thread that ends with it, so that neither the machine's
// interfaces nor the other tests' are touched. Needs root; a test that cannot have it fails.
#pragma once

#include <gtest/gtest.h>
#include <sched.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

namespace trimtab::os::testing {

inline void in_own_namespace(const std::function<void()>& test) {
  std::thread([&test] {
    ASSERT_EQ(::unshare(CLONE_NEWNET), 0) << "this test makes a network namespace: run it as root";
    test();
  }).join();
}

// `ip` inherits the calling thread's namespace.
inline void ip(const std::string& arguments) {
  ASSERT_EQ(std::system(("ip " + arguments).c_str()), 0) << arguments;
}

}  // namespace trimtab::os::testing
