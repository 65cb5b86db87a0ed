// plugins/source/files/image_file.cpp -- which format a file has, and that it is no larger than it can stand for.
//
// Source   the first bytes of PNG (W3C Recommendation, 5.2) and of JPEG (ITU-T T.81, annex B: SOI and the next marker). The formats are
//          those of png.cpp and jpeg.cpp.
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

ImageSize size_of(std::string_view bytes, std::uintmax_t file_bytes, const Part& part) {
  if (!is_png(bytes) && !is_jpeg(bytes)) throw std::runtime_error(other_format(bytes));
  const Head head = is_png(bytes) ? png_head(bytes, part) : jpeg_head(bytes);
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

constexpr double pixels_at_once = 1 << 17;

// Of stored rows [h, w, 3 or 4] the numbers in [0, 1], as they are seen: [1 or 3, h, w], float64.
Tensor colours(const Tensor& rows, const Reduction& how) {
  constexpr std::array luminance = {0.299, 0.587, 0.114};
  const Tensor stored = rows.permute({2, 0, 1});
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
  return colour;
}

}  // namespace

ImageSize image_size(const std::filesystem::path& file) {
  return named(file, [&] {
    const std::string head = read(file, head_bytes);
    const auto bytes = std::filesystem::file_size(file);
    if (bytes <= head.size()) return size_of(head, bytes, part_of(head));
    std::ifstream in(file, std::ios::binary);
    const Part part = [&](std::uint64_t at, std::size_t count) {
      std::string found(count, '\0');
      in.clear();
      in.seekg(static_cast<std::streamoff>(at));
      in.read(found.data(), static_cast<std::streamsize>(count));
      found.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
      return found;
    };
    if (!is_jpeg(head)) return size_of(head, bytes, part);
    try {
      return size_of(head, bytes, part);
    } catch (const std::runtime_error&) {
      return size_of(read(file, bytes), bytes, part);  // a thumbnail or a colour profile before the frame
    }
  });
}

Image read_image(const std::filesystem::path& file) {
  return named(file, [&] {
    const std::string bytes = read(file, std::string::npos);
    size_of(bytes, bytes.size(), part_of(bytes));
    return Image{is_png(bytes) ? read_png(bytes) : read_jpeg(bytes)};
  });
}

void reduce(const Image& image, const Reduction& how, const Tensor& item) {
  const ImageSize &cut = how.cut, &size = how.size;
  const Tensor middle = image.pixels.narrow(0, (image.pixels.size(0) - cut.height) / 2, cut.height)
                            .narrow(1, (image.pixels.size(1) - cut.width) / 2, cut.width);
  const auto pixels_a_row = static_cast<double>(cut.width * cut.height) / static_cast<double>(size.height);
  const auto rows_at_once =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(pixels_at_once / pixels_a_row));
  for (std::int64_t first = 0; first < size.height; first += rows_at_once) {
    const std::int64_t last = std::min(first + rows_at_once, size.height);
    const AreaMeans means = area_means(cut.height, size.height, first, last);
    const std::int64_t rows = means.weights.size(1);
    Tensor part = shrink(colours(middle.narrow(0, means.begin, rows), how), rows, size.width);
    if (size.height != cut.height) part = at::matmul(means.weights, part);
    item.narrow(1, first, last - first).copy_(2 * part - 1);
  }
}

}  // namespace weir::files
