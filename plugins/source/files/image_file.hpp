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
  std::int64_t height = 0, width = 0;  // as stored: EXIF may turn it
  std::int64_t side() const { return height < width ? height : width; }
};

// From the file's head alone. Errors, here and below: std::runtime_error naming the file, what is wrong and what to do.
ImageSize image_size(const std::filesystem::path& file);

// Red, green, blue and alpha in [0, 1], float64 [4, height, width]: v / 255 of a file with 8 bits, v / 65535 of one with 16.
Tensor read_image(const std::filesystem::path& file);

// [1, height, width] of luminance (ITU-R BT.601: 0.299, 0.587, 0.114) or [3, height, width], on a background of that grey.
Tensor on_background(const Tensor& image, double background, bool grey);

}  // namespace weir::files
