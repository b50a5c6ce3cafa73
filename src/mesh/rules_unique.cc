#include <fmt/core.h>

#include <algorithm>

#include "mesh/public_key.h"
#include "mesh/rules.h"

namespace trimtab::mesh {
namespace {

template <typename T>
struct Claim {
  T value;
  Position at;
  const DraftSite* site;
};

// Reports each claim on a value that an earlier line has claimed. `describe` names value and remedy.
template <typename T, typename Describe>
void report_repeats(std::vector<Claim<T>> claims, Mistakes& mistakes, Describe describe) {
  std::sort(claims.begin(), claims.end(), [](const Claim<T>& a, const Claim<T>& b) {
    return a.value != b.value ? a.value < b.value : a.at < b.at;
  });
  const Claim<T>* first = nullptr;
  for (const Claim<T>& claim : claims) {
    if (first == nullptr || first->value != claim.value) {
      first = &claim;
      continue;
    }
    const auto [what, fix] = describe(claim.value);
    mistakes.error(claim.at, fmt::format("{} is taken by {} (line {}); {}", what, first->site->title(),
                                         first->at.line, fix));
  }
}

template <typename T, typename Field>
std::vector<Claim<T>> claims_of(const Draft& draft, Field field) {
  std::vector<Claim<T>> claims;
  for (const DraftSite& site : draft.sites) {
    if (const auto& said = site.*field) claims.push_back({said->value, said->at, &site});
  }
  return claims;
}

// The smallest number that is in no claim, from `from` on.
template <typename T>
T free_number(const std::vector<Claim<T>>& claims, T from) {
  std::vector<T> taken;
  for (const auto& claim : claims) taken.push_back(claim.value);
  std::sort(taken.begin(), taken.end());
  for (const T value : taken) {
    if (value == from) ++from;
  }
  return from;
}

using Described = std::pair<std::string, std::string>;

}  // namespace

void check_unique(const Draft& draft, Mistakes& mistakes) {
  report_repeats(claims_of<std::string>(draft, &DraftSite::name), mistakes, [](const std::string& name) {
    return Described{fmt::format("name \"{}\"", name), "give each site its own name"};
  });

  const auto ids = claims_of<SiteId>(draft, &DraftSite::id);
  report_repeats(ids, mistakes, [free = free_number<SiteId>(ids, 1)](SiteId id) {
    return Described{fmt::format("id {}", id), fmt::format("{} is free", free)};
  });

  const auto asns = claims_of<Asn>(draft, &DraftSite::asn);
  report_repeats(asns, mistakes, [free = free_number<Asn>(asns, 65001)](Asn asn) {
    return Described{fmt::format("asn {}", asn), fmt::format("{} is free", free)};
  });

  report_repeats(claims_of<PublicKey>(draft, &DraftSite::public_key), mistakes, [](const PublicKey&) {
    return Described{"this public_key", "each site has its own; `trimtab keygen` on that router makes one"};
  });

  std::vector<Claim<std::pair<std::string, int>>> endpoints;
  for (const DraftSite& site : draft.sites) {
    if (site.endpoint)
      endpoints.push_back({{site.endpoint->value.host, site.endpoint->value.port}, site.endpoint->at, &site});
  }
  report_repeats(endpoints, mistakes, [](const std::pair<std::string, int>& endpoint) {
    return Described{fmt::format("endpoint {} port {}", endpoint.first, endpoint.second),
                     "give each site its own address or port"};
  });
}

}  // namespace trimtab::mesh
