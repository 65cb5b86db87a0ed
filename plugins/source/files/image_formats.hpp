// plugins/source/files/image_formats.hpp -- the formats behind image_file.hpp, from bytes in memory.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "image_file.hpp"

namespace weir::files {

// Errors: std::runtime_error with what is wrong, to stand behind the file's name.
struct Head {
  ImageSize size;  // as it is stored
  int orientation = 1;
  int bytes = 4;  // that a pixel has in memory
};
// `count` bytes of a file from `at`, or those that there are.
using Part = std::function<std::string(std::uint64_t at, std::size_t count)>;
Part part_of(std::string_view bytes);
Head png_head(std::string_view bytes, const Part& part);  // of the file's first bytes, and any of them
Head jpeg_head(std::string_view bytes);
Tensor read_png(std::string_view bytes);
Tensor read_jpeg(std::string_view bytes);

// EXIF's orientation 1 to 8, which is 1 where there is none: of a TIFF block, and of the one in a JPEG.
int exif_orientation(std::string_view tiff);
int jpeg_orientation(std::string_view bytes);

// [height, width, channels] as its orientation says it is to be seen.
Tensor turned(const Tensor& image, int orientation);

}  // namespace weir::files
