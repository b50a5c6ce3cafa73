#include "os/gunzip.h"

#include <fmt/core.h>
#include <zlib.h>

#include <array>
#include <memory>

namespace trimtab::os {
namespace {

// 15 bits of window, and only gzip's own header.
constexpr int kGzipWindow = 15 + 16;

struct End {
  void operator()(z_stream* stream) const {
    inflateEnd(stream);
    delete stream;
  }
};

}  // namespace

bool is_gzip(std::string_view bytes) {
  return bytes.starts_with("\x1f\x8b");
}

Result<std::string> gunzip(std::string_view bytes, std::size_t limit) {
  std::unique_ptr<z_stream, End> stream(new z_stream{});
  if (inflateInit2(stream.get(), kGzipWindow) != Z_OK) return Error{"not enough memory to unpack"};
  // zlib's own interface; it does not write to its input.
  stream->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream->avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  std::array<char, 65536> piece{};
  for (;;) {
    stream->next_out = reinterpret_cast<Bytef*>(piece.data());
    stream->avail_out = piece.size();
    const int result = inflate(stream.get(), Z_NO_FLUSH);
    text.append(piece.data(), piece.size() - stream->avail_out);
    if (text.size() > limit) return Error{fmt::format("unpacks to more than {} bytes", limit)};
    if (result == Z_STREAM_END) {
      if (stream->avail_in == 0) return text;
      if (inflateReset(stream.get()) != Z_OK) return Error{"the gzip data are damaged"};
    } else if (result == Z_BUF_ERROR || (result == Z_OK && stream->avail_in == 0 && stream->avail_out > 0)) {
      return Error{"the gzip data are cut short"};
    } else if (result != Z_OK) {
      return Error{"the gzip data are damaged"};
    }
  }
}

}  // namespace trimtab::os
