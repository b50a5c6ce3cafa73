#include "engine/refusals.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace trimtab::engine {
namespace {

const char* what_to_do(int error) {
  switch (error) {
    case 0:
    case ENODEV:
    case ENXIO:
      return "the interface is missing; `trimtab up` makes it";
    case ENETDOWN:
      return "the interface is down; `trimtab up` sets it up";
    case EPERM:
      return "a firewall rule of this host forbids our echo requests";
    case ENOBUFS:
    case EAGAIN:
      return "the interface's queue is full";
    default:
      // EINVAL stands for an address that is not ours and for a blackhole route; which number it is differs
      // between kernels (EADDRNOTAVAIL, ENETUNREACH, EHOSTUNREACH, EACCES).
      return "the link's own address or its route is missing; `trimtab plan` shows it";
  }
}

}  // namespace

void Refusals::refused(int error, int round) {
  if (in_a_row_ == 0) fault_ = false;
  error_ = error;
  if (++in_a_row_ >= round) fault_ = true;
}

bool Refusals::link_is_unusable() const {
  return fault() && error_ != EPERM && error_ != ENOBUFS && error_ != EAGAIN && error_ != ENOMEM;
}

std::string Refusals::text() const {
  return error_ == 0 ? what_to_do(0)
                     : fmt::format("{}: {}", std::generic_category().message(error_), what_to_do(error_));
}

}  // namespace trimtab::engine
