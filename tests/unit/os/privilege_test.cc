#include "os/privilege.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "os/icmp_socket.h"
#include "os/random.h"

namespace trimtab::os {
namespace {

// In a child that has given up root.
int as_nobody(const std::function<bool()>& check) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::setgid(65534) == 0 && ::setuid(65534) == 0 && check() ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Privilege, RootMaySendProbes) {
  EXPECT_TRUE(has_capability(Capability::net_raw)) << "these tests want root";
  EXPECT_TRUE(require_net_raw());
}

TEST(Privilege, OthersAreToldWhatIsMissing) {
  EXPECT_EQ(as_nobody([] {
              const auto refused = require_net_raw();
              return !has_capability(Capability::net_raw) && !has_capability(Capability::net_admin) &&
                     !refused && refused.error().text().find("CAP_NET_RAW") != std::string::npos;
            }),
            0);
  EXPECT_EQ(as_nobody([] {
              const auto refused = IcmpSocket::open(1);
              return !refused && refused.error().text().find("CAP_NET_RAW") != std::string::npos;
            }),
            0);
}

TEST(Random, DoesNotRepeat) {
  std::set<std::uint64_t> seeds;
  for (int count = 0; count < 1000; ++count) seeds.insert(random_seed());
  EXPECT_EQ(seeds.size(), 1000U);
}

}  // namespace
}  // namespace trimtab::os
