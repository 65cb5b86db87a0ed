// plugins/source/files/image_file.cpp -- which format a file has, and that it is no larger than it can stand for.
#include "image_file.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include <weir/math/numeric/area.hpp>

#include "image_formats.hpp"

namespace weir::files {
namespace {

// Bytes of pixels that a file may stand for: whatever its size, and for each of its own.
constexpr std::uint64_t free_bytes = 64 << 20, most_expansion = 100;
constexpr std::int64_t largest_side = 1 << 15;
constexpr std::size_t head_bytes = 64 << 10;

bool is_png(std::string_view bytes) { return bytes.starts_with("\x89PNG\r\n\x1a\n"); }
bool is_jpeg(std::string_view bytes) { return bytes.starts_with("\xff\xd8\xff"); }

// What it is instead, and what to do.
std::string other_format(std::string_view bytes) {
  struct Known {
    std::string_view start, name;
  };
  using namespace std::string_view_literals;
  for (const Known& each :
       {Known{"GIF8"sv, "a GIF"sv}, Known{"BM"sv, "a BMP"sv}, Known{"II*\0"sv, "a TIFF"sv},
        Known{"MM\0*"sv, "a TIFF"sv}, Known{"RIFF"sv, "a WebP"sv}}) {
    if (bytes.starts_with(each.start))
      return fmt::format("is {} image, and only PNG and JPEG are read: convert it", each.name);
  }
  if (bytes.starts_with("version https://git-lfs"))
    return "is a pointer of Git LFS, not the image: git lfs pull brings it";
  return bytes.empty() ? "is empty" : "is no PNG or JPEG image";
}

std::string read(const std::filesystem::path& file, std::size_t most) {
  std::ifstream in(file, std::ios::binary);
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (!in || error) throw std::runtime_error("cannot be read");
  std::string bytes(std::min<std::uintmax_t>(most, size), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return bytes;
}

ImageSize size_of(std::string_view bytes, std::uintmax_t file_bytes) {
  if (!is_png(bytes) && !is_jpeg(bytes)) throw std::runtime_error(other_format(bytes));
  const Head head = is_png(bytes) ? png_head(bytes) : jpeg_head(bytes);
  const ImageSize& size = head.size;
  if (std::max(size.height, size.width) > largest_side) {
    throw std::runtime_error(
        fmt::format("is {} x {} pixels; at most {} a side are read", size.width, size.height, largest_side));
  }
  const std::uint64_t pixels =
      std::uint64_t(size.width) * std::uint64_t(size.height) * std::uint64_t(head.bytes);
  if (pixels > std::max<std::uint64_t>(free_bytes, most_expansion * file_bytes)) {
    throw std::runtime_error(
        fmt::format("has {} bytes and says that it is {} x {} pixels: at most {} times what a file "
                    "has is unpacked; make it smaller",
                    file_bytes, size.width, size.height, most_expansion));
  }
  return head.orientation >= 5 ? ImageSize{size.width, size.height} : size;
}

template <class Function>
auto named(const std::filesystem::path& file, Function function) try {
  return function();
} catch (const std::runtime_error& error) {
  throw std::runtime_error(fmt::format("'{}' {}", file.string(), error.what()));
}

}  // namespace

ImageSize image_size(const std::filesystem::path& file) {
  return named(file, [&] {
    const std::string head = read(file, head_bytes);
    const auto bytes = std::filesystem::file_size(file);
    if (!is_jpeg(head) || bytes <= head.size()) return size_of(head, bytes);
    try {
      return size_of(head, bytes);
    } catch (const std::runtime_error&) {
      return size_of(read(file, bytes), bytes);  // a thumbnail or a colour profile before the frame
    }
  });
}

Image read_image(const std::filesystem::path& file) {
  return named(file, [&] {
    const std::string bytes = read(file, std::string::npos);
    size_of(bytes, bytes.size());
    return Image{is_png(bytes) ? read_png(bytes) : read_jpeg(bytes)};
  });
}

Tensor reduced(const Image& image, const Reduction& how) {
  constexpr std::int64_t rows_at_once = 64;
  constexpr std::array luminance = {0.299, 0.587, 0.114};
  const ImageSize &cut = how.cut, &size = how.size;
  const Tensor middle = image.pixels.narrow(0, (image.pixels.size(0) - cut.height) / 2, cut.height)
                            .narrow(1, (image.pixels.size(1) - cut.width) / 2, cut.width);
  Tensor narrow = at::empty({how.grey ? 1 : 3, cut.height, size.width}, at::kDouble);
  for (std::int64_t first = 0; first < cut.height; first += rows_at_once) {
    const std::int64_t rows = std::min(rows_at_once, cut.height - first);
    const Tensor stored = middle.narrow(0, first, rows).permute({2, 0, 1});
    // Of 16 bits without a sign, which few operations know, in those with one.
    const Tensor values = stored.scalar_type() == at::kShort
                              ? stored.to(at::kInt).bitwise_and_(0xffff).to(at::kDouble) / 65535
                              : stored.to(at::kDouble) / 255;
    Tensor colour = values.narrow(0, 0, 3);
    if (values.size(0) == 4) {
      const Tensor alpha = values.narrow(0, 3, 1);
      colour = colour * alpha + how.background * (1 - alpha);
    }
    if (how.grey)
      colour = luminance[0] * colour.narrow(0, 0, 1) + luminance[1] * colour.narrow(0, 1, 1) +
               luminance[2] * colour.narrow(0, 2, 1);
    narrow.narrow(1, first, rows).copy_(shrink(colour, rows, size.width));
  }
  return shrink(narrow, size.height, size.width);
}

}  // namespace weir::files
