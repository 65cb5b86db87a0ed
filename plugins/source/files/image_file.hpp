// plugins/source/files/image_file.hpp -- PNG and JPEG files, as they say of themselves that they are to be seen.
//
// Honoured: depth (1 to 16 bits), palette, grey, alpha and transparent colours, interlacing, progressive JPEG, EXIF orientation.
// Refused: CMYK, animations, wrong checksums, files that end too early, and whatever libspng or libjpeg-turbo warn of.
// Colour profiles and gamma are not applied, as in Pillow and torchvision.
#pragma once

#include <cstdint>
#include <filesystem>

#include <weir/tensor.hpp>

namespace weir::files {

struct ImageSize {
  std::int64_t height = 0, width = 0;
  std::int64_t side() const { return height < width ? height : width; }
};

// From the file's head, and of a PNG the heads of its chunks, as its orientation says it is seen. Errors, here and below:
// std::runtime_error naming the file, what is wrong and what to do.
ImageSize image_size(const std::filesystem::path& file);

// Its numbers as they are stored, 3 to 8 bytes a pixel: red, green, blue and, of a PNG, alpha; v / 255 of uint8, v / 65535 of uint16.
struct Image {
  Tensor pixels;  // [height, width, 3 or 4], as its orientation says it is seen
};
Image read_image(const std::filesystem::path& file);

// How an image becomes an item.
struct Reduction {
  double background = 1;  // grey behind what is transparent, in [0, 1]
  bool grey = false;      // luminance (ITU-R BT.601: 0.299, 0.587, 0.114) instead of three colours
  ImageSize cut,
      size;  // the rectangle in the middle that is cut out, and what that is shrunk to by averaging over area
};

// Into `item` [1 or 3, height, width] of any precision, x = 2 v - 1 with v in [0, 1]. Some rows at a time, in float64, so that beside the
// image and the item 10 to 20 MB are needed.
void reduce(const Image& image, const Reduction& how, const Tensor& item);

}  // namespace weir::files
