// Any bytes from BIRD's socket: however they are split, the same replies come of them, and every reader of
// replies gets along with each.
#include "bird/replies.h"
#include "bird/routes_reading.h"
#include "fuzz/input.h"

namespace trimtab {
namespace {

using bird::Reply;

// The text of a reply's lines; where it comes in parts, of all of them.
void add(std::string& text, const std::vector<Reply>& replies) {
  for (const Reply& reply : replies) {
    for (const bird::ReplyLine& line : reply.lines) text += std::to_string(line.code) + line.text + '\n';
    if (!reply.more) text += "end\n";
  }
}

// Absent: not BIRD's protocol.
std::optional<std::string> read_split(std::string_view text, int longest, bool in_parts) {
  bird::ReplyReader reader;
  if (in_parts) reader.give_next_in_parts();
  Rng chance = fuzz::chance_of(text);
  std::string read;
  while (!text.empty()) {
    const auto piece = text.substr(0, 1 + chance.below(static_cast<std::uint64_t>(longest)));
    text.remove_prefix(piece.size());
    const auto replies = reader.feed(piece);
    if (!replies) return std::nullopt;
    add(read, *replies);
  }
  return read;
}

void understand(const Reply& reply) {
  if (const auto status = bird::parse_status(reply)) (void)bird::check_version(status->version);
  (void)bird::parse_protocols(reply);
  (void)bird::parse_bfd_sessions(reply);
  (void)bird::parse_routes(reply);
  bird::RoutesReading reading;
  reading.take(reply);
  (void)std::move(reading).finish(reply);
}

}  // namespace
}  // namespace trimtab

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trimtab;
  const std::string_view text = fuzz::text_of(data, size);
  const auto replies = bird::ReplyReader{}.feed(text);
  std::optional<std::string> whole;
  if (replies) add(whole.emplace(), *replies);
  for (const int longest : {1, 7, 300}) TRIMTAB_CHECK(read_split(text, longest, false) == whole);
  (void)read_split(text, 7, true);
  if (replies) std::for_each(replies->begin(), replies->end(), understand);
  return 0;
}
