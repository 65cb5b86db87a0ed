// plugins/source/files/png.cpp -- PNG by libspng, which looks at every chunk's CRC.
//
// Source   Portable Network Graphics (W3C Recommendation), as libspng decodes it
#include <spng.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "image_formats.hpp"

namespace weir::files {
namespace {

constexpr std::size_t largest_chunk = 64 << 20;  // of what is no pixels: profiles and texts
constexpr std::size_t most_chunks = 1 << 20, longest_exif = 1 << 20;

void check(int code) {
  if (code == SPNG_IO_EOF)
    throw std::runtime_error(
        "cannot be decoded: it ends too early, as a download that broke off: get it anew");
  if (code == SPNG_EOVERFLOW || code == SPNG_EWIDTH || code == SPNG_EHEIGHT)
    throw std::runtime_error("says that it has a size that is not possible: it is damaged, or no image");
  if (code != 0) throw std::runtime_error(fmt::format("cannot be decoded: {}", spng_strerror(code)));
}

class Png {
 public:
  explicit Png(std::string_view bytes) : context_(spng_ctx_new(0), &spng_ctx_free) {
    if (!context_) throw std::bad_alloc();
    check(spng_set_crc_action(get(), SPNG_CRC_ERROR, SPNG_CRC_ERROR));
    check(spng_set_chunk_limits(get(), largest_chunk, largest_chunk));
    check(spng_set_option(get(), SPNG_KEEP_UNKNOWN_CHUNKS, 1));
    check(spng_set_png_buffer(get(), bytes.data(), bytes.size()));
  }
  ImageSize size() const {
    spng_ihdr header{};
    check(spng_get_ihdr(get(), &header));
    return {header.height, header.width};
  }
  bool deep() const {
    spng_ihdr header{};
    check(spng_get_ihdr(get(), &header));
    return header.bit_depth > 8;
  }
  // Red, green, blue and alpha, of 8 bits or 16: libspng repeats the bits of fewer, so that v / 255 is exact.
  Tensor pixels() const {
    const ImageSize image = size();
    Tensor stored = at::empty({image.height, image.width, 4}, deep() ? at::kShort : at::kByte);
    check(spng_decode_image(get(), stored.mutable_data_ptr(), stored.nbytes(),
                            deep() ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8, SPNG_DECODE_TRNS));
    check(spng_decode_chunks(get()));  // what follows the pixels, to the file's end
    refuse_animations();
    return stored;
  }

 private:
  void refuse_animations() const {
    std::uint32_t count = 0;
    if (spng_get_unknown_chunks(get(), nullptr, &count) != 0) return;  // there are none
    std::vector<spng_unknown_chunk> chunks(count);
    check(spng_get_unknown_chunks(get(), chunks.data(), &count));
    for (const spng_unknown_chunk& chunk : chunks) {
      if (std::string_view(reinterpret_cast<const char*>(chunk.type), 4) == "acTL")
        throw std::runtime_error("holds an animation of several images: save each by itself");
    }
  }

  spng_ctx* get() const { return context_.get(); }
  std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> context_;
};

// Of the first eXIf chunk, which may stand before the pixels or after them; Pillow honours both. The chunks' heads lead to it, so that
// of a large file little is read.
int orientation_of(const Part& part) {
  std::uint64_t at = 8;
  for (std::size_t chunk = 0; chunk < most_chunks; ++chunk) {
    const std::string head = part(at, 8);
    if (head.size() < 8 || head.ends_with("IEND")) return 1;
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(head[i]);
    if (head.ends_with("eXIf"))
      return exif_orientation(part(at + 8, std::min<std::size_t>(length, longest_exif)));
    at += 12 + std::uint64_t{length};
  }
  return 1;
}

}  // namespace

Part part_of(std::string_view bytes) {
  return [bytes](std::uint64_t at, std::size_t count) {
    return std::string(bytes.substr(std::min<std::uint64_t>(at, bytes.size()), count));
  };
}

Head png_head(std::string_view bytes, const Part& part) {
  const Png png(bytes);
  return {png.size(), orientation_of(part), png.deep() ? 8 : 4};
}

Tensor read_png(std::string_view bytes) {
  const Png png(bytes);
  const Tensor pixels = png.pixels();
  return turned(pixels, orientation_of(part_of(bytes)));
}

}  // namespace weir::files
