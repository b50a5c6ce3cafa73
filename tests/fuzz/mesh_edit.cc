// Edits of any text at all. One that succeeds on a valid mesh file leaves a file that can be read, or that
// says what is wrong with it; a key that was set is there.
#include "fuzz/input.h"
#include "mesh/edit.h"
#include "mesh/parse.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trimtab;
  const std::string_view text = fuzz::text_of(data, size);
  const mesh::Parsed before = mesh::parse(text);
  const std::string name = before.mesh ? before.mesh->sites.front().name : "a";
  const mesh::NewSite site{.name = "zz", .id = 250, .asn = 64999, .lan = {"10.10.250.0/24"}, .links = {name}};
  if (const auto added = mesh::add_site(text, site)) {
    TRIMTAB_CHECK(!before.mesh || added->size() > text.size());
    (void)mesh::remove_site(*added, site.name);
  }
  if (const auto removed = mesh::remove_site(text, name)) (void)mesh::parse(*removed);

  mesh::PublicKey key;
  key.bytes.fill(0x42);
  const auto keyed = mesh::set_public_key(text, name, key);
  if (!before.mesh || !keyed) return 0;
  const mesh::Parsed after = mesh::parse(*keyed);
  // Another site may have had this very key.
  TRIMTAB_CHECK(after.mesh || before.mesh->sites.size() > 1);
  TRIMTAB_CHECK(mesh::public_key_of(*keyed, name) == key);
  if (after.mesh) TRIMTAB_CHECK(after.mesh->find_site(name)->public_key == key);
  return 0;
}
