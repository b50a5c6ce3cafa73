// What holds for every mesh, tried on random ones. A failure prints the seed and the line that repeats it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "mesh/edit.h"
#include "mesh/parse.h"
#include "support/mesh_text.h"

namespace trimtab::mesh {
namespace {

std::string name_of(unsigned id) {
  return "s" + std::to_string(id);
}

// Distinct ids up to 181, which is what the specification's `links` hold; some twenty of them at most.
rc::Gen<std::vector<unsigned>> site_ids() {
  return rc::gen::nonEmpty(
      rc::gen::resize(20, rc::gen::unique<std::vector<unsigned>>(rc::gen::inRange(1u, 182u))));
}

std::string full_mesh(const std::vector<unsigned>& ids) {
  std::string text = test::mesh_table();
  for (const unsigned id : ids) text += test::site_table({id, name_of(id)});
  return text;
}

// All that a site must find unchanged when others come and go.
using Addresses = std::map<std::pair<SiteId, SiteId>, std::string>;

Addresses addresses(const Mesh& mesh) {
  Addresses all;
  for (const Site& site : mesh.sites) all[{site.id, site.id}] = site.overlay.at(0).text();
  for (const Link& link : mesh.links) {
    for (const LinkEnd& end : link.ends) {
      all[{end.site, link.peer(end.site).site}] =
          link.subnet.at(0).text() + " " + end.address.at(0).text() + " " + end.interface;
    }
  }
  return all;
}

RC_GTEST_PROP(Property, AddingAndRemovingSitesNeverRenumbersOthers, ()) {
  const auto ids = *site_ids();
  std::string text = full_mesh(ids);
  std::vector<unsigned> present = ids;
  Addresses known = addresses(test::parsed(text));
  for (int step = 0; step < 6; ++step) {
    const bool remove = present.size() > 1 && *rc::gen::arbitrary<bool>();
    if (remove) {
      const auto at = static_cast<std::ptrdiff_t>(*rc::gen::inRange<std::size_t>(0, present.size()));
      text = *remove_site(text, name_of(present[static_cast<std::size_t>(at)]));
      present.erase(present.begin() + at);
    } else {
      const unsigned id = *rc::gen::inRange(1u, 182u);
      if (std::find(present.begin(), present.end(), id) != present.end()) continue;
      NewSite site{.name = name_of(id),
                   .id = id,
                   .asn = 65000 + id,
                   .lan = {},
                   .lan_interface = {},
                   .endpoint = "198.51.100." + std::to_string(id) + ":1",
                   .public_key = test::key_text(id)};
      text = *add_site(text, site);
      present.push_back(id);
    }
    for (const auto& [ends, address] : addresses(test::parsed(text))) {
      const auto [entry, is_new] = known.try_emplace(ends, address);
      RC_ASSERT(entry->second == address);
    }
  }
}

RC_GTEST_PROP(Property, NoTwoLinksShareAnAddress, ()) {
  const Mesh mesh = test::parsed(full_mesh(*site_ids()));
  std::set<IpAddress> seen;
  for (const Site& site : mesh.sites) RC_ASSERT(seen.insert(site.overlay.at(0)).second);
  for (const Link& link : mesh.links) {
    for (const LinkEnd& end : link.ends) {
      RC_ASSERT(link.subnet.at(0).contains(end.address.at(0)));
      RC_ASSERT(seen.insert(end.address.at(0)).second);
    }
  }
}

// Shuffled by the generator, so that a failing order shrinks.
template <typename T>
std::vector<T> shuffled(std::vector<T> list) {
  for (std::size_t i = list.size(); i > 1; --i)
    std::swap(list[i - 1], list[*rc::gen::inRange<std::size_t>(0, i)]);
  return list;
}

RC_GTEST_PROP(Property, TheOrderOfEntriesNeverMatters, ()) {
  std::vector<std::string> parts{
      test::mesh_table(),
      test::site_table({1, "a"}),
      test::site_table({2, "b"}),
      test::site_table({3, "c"}),
      test::site_table({4, "d", true}),
      test::link_table("a", "b", "bias = \"10ms\"\n"),
      *rc::gen::arbitrary<bool>() ? test::link_table("c", "b") : test::link_table("b", "c"),
      test::link_table("c", "d", "interfaces = { c = \"to-d\" }\n")};
  const auto joined = [](const std::vector<std::string>& list) {
    return std::accumulate(list.begin(), list.end(), std::string());
  };
  const Mesh straight = test::parsed(joined(parts));
  const Mesh mixed = test::parsed(joined(shuffled(parts)));
  RC_ASSERT(fingerprint(straight).text == fingerprint(mixed).text);
  RC_ASSERT(addresses(straight) == addresses(mixed));
}

RC_GTEST_PROP(Property, AddingThenRemovingASiteGivesTheFileBack, ()) {
  const std::string text = test::four_sites() + "# the end\n";
  NewSite site{.name = "e", .id = 5, .asn = 65005};
  site.links = *rc::gen::element(std::vector<std::string>{}, std::vector<std::string>{"a"},
                                 std::vector<std::string>{"b", "d"});
  RC_ASSERT(*remove_site(*add_site(text, site), "e") == text);
}

// Total on anything: a mesh, or at least one error with a place in the text.
void must_answer(const std::string& text) {
  const Parsed parsed = parse(text);
  bool error = false;
  for (const Mistake& mistake : parsed.mistakes) {
    error = error || !mistake.warning;
    RC_ASSERT(mistake.line >= 1);
    RC_ASSERT(mistake.column >= 1);
    RC_ASSERT(mistake.line <= 1 + std::count(text.begin(), text.end(), '\n'));
    RC_ASSERT(mistake.text.find('\n') == std::string::npos);
  }
  RC_ASSERT(parsed.mesh.has_value() != error);
  // Edits meet the same bytes.
  (void)add_site(text, {.name = "z"});
  (void)remove_site(text, "a");
  (void)set_public_key(text, "b", {});
}

RC_GTEST_PROP(Property, GarbageIsAnswered, (const std::string& bytes)) {
  must_answer(bytes);
}

RC_GTEST_PROP(Property, GarbageOfTomlsOwnLettersIsAnswered, ()) {
  must_answer(*rc::gen::container<std::string>(
      rc::gen::element('[', ']', '{', '}', '"', '\'', '=', ',', '.', '#', '\n', '\r', ' ', '\t', '\\', 'a',
                       's', '0', '1', '-', '+', '_', 'e', 'x', ':', 'T', 'i', 'n', 'f', '\xc3', '\xa4')));
}

RC_GTEST_PROP(Property, AMutatedMeshFileIsAnswered, ()) {
  std::string text = test::four_sites("interval = \"1s\"\n[tuning]\ndwell = \"5s\"\n");
  const int changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes; ++i) {
    const std::size_t at = *rc::gen::inRange<std::size_t>(0, text.size());
    const std::size_t length = std::min(text.size() - at, *rc::gen::inRange<std::size_t>(0, 12));
    const std::size_t from = *rc::gen::inRange<std::size_t>(0, text.size());
    const std::string piece =
        *rc::gen::oneOf(rc::gen::just(text.substr(from, *rc::gen::inRange<std::size_t>(0, 40))),
                        rc::gen::container<std::string>(
                            rc::gen::element('[', ']', '"', '=', '.', '{', '\n', '0', '9', '-', 'a')));
    text.replace(at, length, piece);
  }
  must_answer(text);
}

}  // namespace
}  // namespace trimtab::mesh
