// plugins/source/files/exif.cpp -- the one number of EXIF that decides what a picture looks like.
//
// Source   CIPA DC-008 (EXIF 2.32), 4.6.4: tag 0x0112 of the first directory; TIFF 6.0 for the directory itself. A damaged block
//          counts as none, as in Pillow.
#include <cstdint>

#include "image_formats.hpp"

namespace weir::files {
namespace {

// The whole number of `count` bytes at `at`; 0 beyond the end.
std::uint32_t whole(std::string_view bytes, std::size_t at, int count, bool little) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) {
    const std::size_t place = at + static_cast<std::size_t>(little ? count - 1 - i : i);
    value = value << 8 | (place < bytes.size() ? static_cast<unsigned char>(bytes[place]) : 0);
  }
  return value;
}

constexpr std::uint32_t orientation_tag = 0x0112, short_type = 3;

}  // namespace

int exif_orientation(std::string_view tiff) {
  using namespace std::string_view_literals;
  const bool little = tiff.starts_with("II*\0"sv);
  if (!little && !tiff.starts_with("MM\0*"sv)) return 1;
  const std::size_t directory = whole(tiff, 4, 4, little);
  const std::size_t entries = whole(tiff, directory, 2, little);
  for (std::size_t i = 0; i < entries && directory + 14 + 12 * i <= tiff.size(); ++i) {
    const std::size_t entry = directory + 2 + 12 * i;
    if (whole(tiff, entry, 2, little) != orientation_tag || whole(tiff, entry + 2, 2, little) != short_type)
      continue;
    const auto value = static_cast<int>(whole(tiff, entry + 8, 2, little));
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

int jpeg_orientation(std::string_view bytes) {
  using namespace std::string_view_literals;
  constexpr unsigned char app1 = 0xe1, start_of_scan = 0xda;
  for (std::size_t at = 2; at + 4 <= bytes.size() && bytes[at] == '\xff';) {
    const auto marker = static_cast<unsigned char>(bytes[at + 1]);
    if (marker == 0xff) {  // padding
      ++at;
      continue;
    }
    if (marker == start_of_scan) break;
    const std::size_t length = whole(bytes, at + 2, 2, false);
    const std::string_view segment = length < 2 ? std::string_view() : bytes.substr(at + 4, length - 2);
    if (marker == app1 && segment.starts_with("Exif\0\0"sv)) return exif_orientation(segment.substr(6));
    at += 2 + length;
  }
  return 1;
}

Tensor turned(const Tensor& image, int orientation) {
  Tensor seen = orientation >= 5 ? image.transpose(0, 1) : image;
  if (orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7) seen = seen.flip(1);
  if (orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8) seen = seen.flip(0);
  return seen;
}

}  // namespace weir::files
