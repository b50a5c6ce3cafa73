#include "mesh/edit.h"

#include <gtest/gtest.h>

#include "mesh/new_file.h"
#include "mesh/numbers.h"
#include "mesh/parse.h"
#include "mesh/public_key.h"
#include "support/mesh_text.h"

namespace trimtab::mesh {
namespace {

// A file as a person keeps it: remarks everywhere, its own order, its own indents.
const std::string kOwn = R"(# our mesh
[[link]]   # the good one
between = [ "a",
            "b" ]  # fibre

[[link]]
between = ["c", "a"]
# until the new line is there
bias = "10ms"

[mesh]
name = "home"

# the first house
[[site]]
name = "a"      # äöü
  public_key = "old"   # mine
  id = 1
# end of a

# --- others
[[site]]
name = "b"
id = 2
lan = [
  "10.10.2.0/24",  # one
]
[[site]]
id = 3
name = "c"
# the end
)";

NewSite site_d() {
  return {.name = "d", .id = 4, .asn = 65004, .lan = {"10.10.4.0/24"}, .lan_interface = "lan0"};
}

std::string without(std::string text, const std::string& part) {
  const std::size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return text.erase(at, part.size());
}

TEST(Edit, AddsASiteAfterTheLastOneAndItsLinksAtTheEnd) {
  NewSite d = site_d();
  d.links = {"a", "b"};
  const auto text = add_site(kOwn, d);
  ASSERT_TRUE(text.ok()) << text.error().text();
  const std::string site =
      "\n[[site]]\nname = \"d\"\nid = 4\nasn = 65004\nlan = [\"10.10.4.0/24\"]\nlan_interface = \"lan0\"\n";
  const std::string links = "\n[[link]]\nbetween = [\"a\", \"d\"]\n\n[[link]]\nbetween = [\"b\", \"d\"]\n";
  EXPECT_EQ(without(without(*text, site), links), kOwn);
  EXPECT_NE(text->find("name = \"c\"\n" + site + "# the end\n" + links), std::string::npos) << *text;
}

TEST(Edit, RemovesASiteAndItsLinksAndNoRemarkOutsideThem) {
  const auto text = remove_site(kOwn, "b");
  ASSERT_TRUE(text.ok()) << text.error().text();
  const std::string link = "[[link]]   # the good one\nbetween = [ \"a\",\n            \"b\" ]  # fibre\n";
  const std::string site = "[[site]]\nname = \"b\"\nid = 2\nlan = [\n  \"10.10.2.0/24\",  # one\n]\n";
  EXPECT_EQ(*text, without(without(kOwn, link), site));
}

TEST(Edit, SetsAKeyInItsPlace) {
  const PublicKey key = *parse_public_key(test::key_text(7));
  const auto replaced = set_public_key(kOwn, "a", key);
  ASSERT_TRUE(replaced.ok()) << replaced.error().text();
  std::string expected = kOwn;
  expected.replace(expected.find("\"old\""), 5, "\"" + test::key_text(7) + "\"");
  EXPECT_EQ(*replaced, expected);

  const auto added = set_public_key(kOwn, "b", key);
  ASSERT_TRUE(added.ok());
  EXPECT_EQ(without(*added, "public_key = \"" + test::key_text(7) + "\"\n"), kOwn);
  EXPECT_NE(added->find("]\npublic_key"), std::string::npos);
}

TEST(Edit, AKeyIsSetAfterLettersOfSeveralBytes) {
  const auto text = set_public_key("[[site]]\nname = \"a\"\n\"public_key\" = \"\xc3\xa4\"# \xc3\xb6\n", "a",
                                   *parse_public_key(test::key_text(7)));
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text, "[[site]]\nname = \"a\"\n\"public_key\" = \"" + test::key_text(7) + "\"# \xc3\xb6\n");
}

TEST(Edit, KeepsWindowsLinesAndAMissingLastLineBreak) {
  const auto text = add_site("[[site]]\r\nname = \"a\"\r\nid = 1", {.name = "b", .id = 2, .asn = 65002});
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(
      *text,
      "[[site]]\r\nname = \"a\"\r\nid = 1\r\n\r\n[[site]]\r\nname = \"b\"\r\nid = 2\r\nasn = 65002\r\n");
}

TEST(Edit, RefusesWhatWouldTurnTheMeshRound) {
  const std::string star = test::three_sites();
  EXPECT_NE(remove_site(star, "a").error().text().find("means a full mesh"), std::string::npos);
  EXPECT_TRUE(remove_site(star, "b").ok());
  NewSite d = site_d();
  d.links = {"a"};
  const std::string full = test::mesh_table() + test::site_table({1, "a"}) + test::site_table({2, "b"});
  EXPECT_NE(add_site(full, d).error().text().find("leave --link out"), std::string::npos);
}

TEST(Edit, RefusesWhatItCannotFindOrRead) {
  EXPECT_EQ(remove_site(kOwn, "e").error().what, "there is no site \"e\" in the mesh file");
  EXPECT_EQ(add_site(kOwn, {.name = "a"}).error().what, "there is a site \"a\" already");
  EXPECT_NE(set_public_key("[[site]\n", "a", {}).error().what.find("line 1: "), std::string::npos);
  EXPECT_NE(remove_site("site = [{ name = \"a\" }]\n", "a").error().what.find("inline tables"),
            std::string::npos);
}

TEST(Edit, QuotesWhatItWrites) {
  EXPECT_EQ(quoted("a\"b\\c\nd"), "\"a\\\"b\\\\c?d\"");
  NewMesh mesh;
  mesh.name = "x\"\npolicy = \"score";
  EXPECT_EQ(new_file(mesh).find("\npolicy"), std::string::npos);
}

TEST(NewFile, NeedsNothingButKeys) {
  NewMesh mesh;
  for (SiteId id = 1; id <= 3; ++id) {
    NewSite site = site_d();
    site.name = std::string(1, static_cast<char>('a' + id - 1));
    site.id = id;
    site.asn = 65000 + id;
    site.lan = {default_lan(mesh.lans, id)};
    site.endpoint = "192.0.2." + std::to_string(id) + ":51820";
    mesh.sites.push_back(site);
  }
  std::string text = new_file(mesh);
  EXPECT_EQ(parse(text).mistakes.size(), 3u);
  for (const Mistake& mistake : parse(text).mistakes) EXPECT_TRUE(mistake.key_missing);
  for (unsigned id = 1; id <= 3; ++id) {
    text = *set_public_key(text, mesh.sites[id - 1].name, *parse_public_key(test::key_text(id)));
  }
  EXPECT_TRUE(parse(text).mistakes.empty());
}

TEST(NewFile, GivesEverySiteALanWhileThereIsRoom) {
  EXPECT_EQ(default_lan("10.10.0.0/16", 255), "10.10.255.0/24");
  EXPECT_EQ(default_lan("10.10.0.0/16", 256), "");
  EXPECT_EQ(default_lan("10.0.0.0/8", 256), "10.1.0.0/24");
  EXPECT_EQ(default_lan("10.10.0.0/25", 1), "");
  EXPECT_EQ(default_lan("nonsense", 1), "");
}

TEST(NextNumbers, AreAboveAllOthers) {
  EXPECT_EQ(next_numbers(test::four_sites()).id, 5u);
  EXPECT_EQ(next_numbers(test::four_sites()).asn, 65005u);
  EXPECT_EQ(next_numbers(*remove_site(test::four_sites(), "b")).id, 5u);
  EXPECT_EQ(next_numbers("").id, 1u);
}

}  // namespace
}  // namespace trimtab::mesh
