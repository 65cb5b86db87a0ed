// plugins/source/files/png.cpp -- PNG by libspng, which looks at every chunk's CRC.
//
// Source   Portable Network Graphics (W3C Recommendation), as libspng decodes it
#include <spng.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "image_formats.hpp"

namespace weir::files {
namespace {

constexpr std::size_t largest_chunk = 64 << 20;  // of what is no pixels: profiles and texts

void check(int code) {
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
  int orientation() const {
    spng_exif exif{};
    return spng_get_exif(get(), &exif) == 0 ? exif_orientation({exif.data, exif.length}) : 1;
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

}  // namespace

Head png_head(std::string_view bytes) {
  const Png png(bytes);
  Head head{png.size(), 1, png.deep() ? 8 : 4};
  head.orientation = png.orientation();  // last: where the head ends within a chunk nothing more can be asked
  return head;
}

Tensor read_png(std::string_view bytes) {
  const Png png(bytes);
  const Tensor pixels = png.pixels();
  return turned(pixels, png.orientation());
}

}  // namespace weir::files
