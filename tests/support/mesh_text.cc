#include "support/mesh_text.h"

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>

#include "mesh/parse.h"
#include "mesh/public_key.h"

namespace trimtab::test {

std::string key_text(unsigned site) {
  mesh::PublicKey key;
  key.bytes.fill(0x42);
  key.bytes[0] = static_cast<std::uint8_t>(site);
  key.bytes[1] = static_cast<std::uint8_t>(site >> 8);
  return mesh::format_public_key(key);
}

std::string mesh_table(const std::string& more) {
  return "[mesh]\nname = \"home\"\noverlay = \"10.255.0.0/24\"\nlinks = \"172.31.0.0/16\"\nlans = "
         "[\"10.10.0.0/16\"]\n" +
         more;
}

std::string site_table(const SiteText& site) {
  std::string text = fmt::format(
      "\n[[site]]\nname = \"{}\"\nid = {}\nasn = {}\nlan = [\"10.{}.{}.0/24\"]\nlan_interface = \"br-lan\"\n",
      site.name, site.id, 65000 + site.id, 10 + site.id / 256, site.id % 256);
  if (!site.behind_nat)
    text += fmt::format("endpoint = \"192.0.2.{}:{}\"\n", site.id % 256, 51820 + site.id / 256);
  return text + fmt::format("public_key = \"{}\"\n", key_text(site.id)) + site.more;
}

std::string link_table(const std::string& one, const std::string& other, const std::string& more) {
  return fmt::format("\n[[link]]\nbetween = [\"{}\", \"{}\"]\n", one, other) + more;
}

std::string three_sites() {
  return mesh_table() + site_table({1, "a"}) + site_table({2, "b"}) + site_table({3, "c", true}) +
         link_table("a", "b") + link_table("a", "c");
}

std::string four_sites(const std::string& more_mesh) {
  return mesh_table(more_mesh) + site_table({1, "a"}) + site_table({2, "b"}) + site_table({3, "c"}) +
         site_table({4, "d"}) + link_table("a", "b") + link_table("a", "c") + link_table("b", "c") +
         link_table("b", "d") + link_table("c", "d");
}

mesh::Mesh parsed(const std::string& text) {
  mesh::Parsed result = mesh::parse(text);
  if (result.mesh) return *std::move(result.mesh);
  for (const auto& mistake : result.mistakes)
    std::fprintf(stderr, "%s\n", mesh::format_mistake(mistake, "test").c_str());
  std::abort();
}

}  // namespace trimtab::test
