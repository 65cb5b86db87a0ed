// tools/lab/records/export_images.cpp -- rows of numbers as pictures, by libspng.
#include "export_images.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <spng.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <memory>

#include <weir/os/replace_file.hpp>
#include <weir/record/data/numbers.hpp>
#include <weir/text/shell_word.hpp>

#include <system/exit.hpp>

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t most_in_a_grid = 64, gap = 2;

// Of one item, [channels, height, width].
struct Picture {
  std::int64_t channels = 1, height = 0, width = 0;
  std::int64_t numbers() const { return channels * height * width; }
};

Picture picture_of(const std::string& path, const std::vector<std::int64_t>& shape) {
  const std::size_t axes = shape.size();
  if (axes == 4 && (shape[1] == 1 || shape[1] == 3)) return {shape[1], shape[2], shape[3]};
  if (axes == 3) return {1, shape[1], shape[2]};
  if (axes == 2) {
    const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(shape[1]))));
    if (side > 1 && side * side == shape[1]) return {1, side, side};
  }
  throw CommandError(
      invalid,
      fmt::format(
          "{} has shape [{}]: images are [n, 1 or 3, height, width], [n, height, width] or [n, a square]; "
          "write .npy or .csv",
          path, fmt::join(shape, ", ")));
}

bool is_ours(const std::string& name) {  // 000012.png
  return name.size() == 10 && name.ends_with(".png") &&
         std::all_of(name.begin(), name.begin() + 6, [](unsigned char c) { return std::isdigit(c); });
}

// 8 bits a channel, interleaved, white around the items.
class Canvas {
 public:
  Canvas(std::int64_t channels, std::int64_t height, std::int64_t width)
      : channels_(channels),
        height_(height),
        width_(width),
        bytes_(static_cast<std::size_t>(channels * height * width), 255) {}

  template <class T>
  void put(const T* item, const Picture& size, std::int64_t top, std::int64_t left, const Destination& to) {
    for (std::int64_t c = 0; c < size.channels; ++c)
      for (std::int64_t i = 0; i < size.height; ++i)
        for (std::int64_t j = 0; j < size.width; ++j) {
          const double x = static_cast<double>(item[(c * size.height + i) * size.width + j]);
          const double share = std::isnan(x) ? 0 : std::clamp((x - to.low) / (to.high - to.low), 0.0, 1.0);
          bytes_[static_cast<std::size_t>(((top + i) * width_ + left + j) * channels_ + c)] =
              static_cast<unsigned char>(std::lround(255 * share));
        }
  }

  void write(const fs::path& file) const {
    const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> png(spng_ctx_new(SPNG_CTX_ENCODER), &spng_ctx_free);
    spng_ihdr head{};
    head.width = static_cast<std::uint32_t>(width_);
    head.height = static_cast<std::uint32_t>(height_);
    head.bit_depth = 8;
    head.color_type = channels_ == 3 ? SPNG_COLOR_TYPE_TRUECOLOR : SPNG_COLOR_TYPE_GRAYSCALE;
    int error = spng_set_option(png.get(), SPNG_ENCODE_TO_BUFFER, 1);
    if (!error) error = spng_set_ihdr(png.get(), &head);
    if (!error)
      error = spng_encode_image(png.get(), bytes_.data(), bytes_.size(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
    std::size_t size = 0;
    const std::unique_ptr<void, void (*)(void*)> bytes(
        error ? nullptr : spng_get_png_buffer(png.get(), &size, &error), &std::free);
    if (error)
      throw CommandError(io_failed, fmt::format("cannot make {}: {}", file.string(), spng_strerror(error)));
    os::replace_file(file, {static_cast<const char*>(bytes.get()), size});
  }

 private:
  std::int64_t channels_, height_, width_;
  std::vector<unsigned char> bytes_;
};

}  // namespace

std::string export_images(const std::string& path, const Array& array, const Destination& to) {
  const Picture size = picture_of(path, array.shape);
  const std::int64_t count = array.shape[0];
  visit_numbers(array, [&](const auto* x) {
    if (to.format == Format::images) {
      fs::create_directories(to.file);
      for (const auto& entry : fs::directory_iterator(to.file))  // of an earlier export, which had more
        if (is_ours(entry.path().filename().string())) fs::remove(entry.path());
      for (std::int64_t i = 0; i < count; ++i) {
        Canvas canvas(size.channels, size.height, size.width);
        canvas.put(x + i * size.numbers(), size, 0, 0, to);
        canvas.write(to.file / fmt::format("{:06}.png", i));
      }
      return;
    }
    const std::int64_t shown = std::min(count, most_in_a_grid);
    const auto columns =
        std::max<std::int64_t>(1, std::lround(std::ceil(std::sqrt(static_cast<double>(shown)))));
    const std::int64_t rows = (shown + columns - 1) / columns;
    Canvas canvas(size.channels, rows * (size.height + gap) + gap, columns * (size.width + gap) + gap);
    for (std::int64_t i = 0; i < shown; ++i)
      canvas.put(x + i * size.numbers(), size, gap + i / columns * (size.height + gap),
                 gap + i % columns * (size.width + gap), to);
    canvas.write(to.file);
  });
  if (to.format == Format::images || count <= most_in_a_grid) return "";
  fs::path folder = to.file;
  return fmt::format("{} shows the first {} of {} images; all of them go into a folder: -o {}/",
                     to.file.string(), most_in_a_grid, count, path_word(folder.replace_extension().string()));
}

}  // namespace weir::tools
