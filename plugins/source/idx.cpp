// plugins/source/idx.cpp -- images of an IDX file, as MNIST, Fashion-MNIST, KMNIST and EMNIST come in.
//
//   x = low + (high - low) byte / 255,  range: [low, high]
//
// Source   the format: 0, 0, type (8 = unsigned byte), number of axes, then each axis as a big-endian 32-bit number, then the
//          bytes. gzipped or plain. Fashion-MNIST: Xiao, Rasul, Vollgraf, arXiv 1708.07747.
// Oracle   bytes that Python's gzip module wrote; sums and labels of Fashion-MNIST as Python reads them; shades by hand.
// Peers    torchvision.datasets.MNIST, FashionMNIST, KMNIST, EMNIST
// Shapes   items {1, height, width}, or {height width} with flatten; labels [size]
// Limits   the whole set, or its first `limit` items, is held in memory as floats; `size` shrinks by averaging over area
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/front/plugins/data_files.hpp>
#include <weir/front/plugins/digest.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/math/numeric/area.hpp>
#include <weir/math/numeric/memory.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

// Images are some 5 times smaller compressed; a file that was made to fill the memory, a thousand times.
constexpr double free_bytes = 16 << 20, most_expansion = 100;

// An open IDX file of unsigned bytes. Errors: std::runtime_error saying what is wrong with the file.
class IdxFile {
 public:
  IdxFile(const weir::Path& path, std::size_t axes)
      : path_(path.string()), file_(gzopen(path_.c_str(), "rb"), &gzclose) {
    if (!file_) throw std::runtime_error(fmt::format("'{}' cannot be read", path_));
    std::array<unsigned char, 4> head{};
    if (!fill(head.data(), 4) || head[0] != 0 || head[1] != 0)
      throw std::runtime_error(fmt::format("'{}' is not an IDX file", path_));
    if (head[2] != 8) {
      throw std::runtime_error(
          fmt::format("'{}' holds IDX type 0x{:02x}; only unsigned bytes (0x08) are read", path_, head[2]));
    }
    if (head[3] != axes) {
      throw std::runtime_error(fmt::format("'{}' has {} axes where {} are needed ({})", path_, head[3], axes,
                                           axes == 3 ? "images: count, height, width" : "labels: count"));
    }
    for (std::size_t i = 0; i < axes; ++i) {
      std::array<unsigned char, 4> b{};
      if (!fill(b.data(), 4)) throw std::runtime_error(fmt::format("'{}' ends within its header", path_));
      shape.push_back((std::int64_t{b[0]} << 24) | (b[1] << 16) | (b[2] << 8) | b[3]);
      if (shape.back() < 1) throw std::runtime_error(fmt::format("'{}' has an axis of size 0", path_));
    }
    // deflate makes at most 1,032 bytes of one: a header that promises more than the file can hold is caught before any
    // memory is taken.
    double promised = 1;
    for (const std::int64_t size : shape) promised *= static_cast<double>(size);
    promised += 4 + 4 * static_cast<double>(axes);
    const auto bytes = static_cast<double>(std::filesystem::file_size(path));
    if (promised > (gzdirect(file_.get()) ? bytes : 1032 * bytes)) {
      throw std::runtime_error(fmt::format(
          "'{}' is truncated: its header promises {:.0f} bytes, it has {:.0f}", path_, promised, bytes));
    }
    if (promised > std::max(free_bytes, most_expansion * bytes)) {
      throw std::runtime_error(
          fmt::format("'{}' has {:.0f} bytes, and its header promises {:.0f}: at most {:.0f} times what a "
                      "file has is unpacked; get it "
                      "anew, or unpack it with gunzip if you trust it",
                      path_, bytes, promised, most_expansion));
    }
  }

  // The first `count` entries of the first axis, uint8.
  Tensor read(std::int64_t count) {
    weir::Shape wanted = shape;
    wanted.front() = count;
    Tensor bytes = at::empty(wanted, at::kByte);
    for (std::int64_t i = 0; i < count; ++i) {
      if (!fill(bytes[i].mutable_data_ptr<std::uint8_t>(), static_cast<unsigned>(bytes.numel() / count))) {
        throw std::runtime_error(
            fmt::format("'{}' is truncated: it ends within entry {} of {}", path_, i, shape.front()));
      }
    }
    return bytes;
  }

  weir::Shape shape;

 private:
  bool fill(unsigned char* to, unsigned bytes) {
    return gzread(file_.get(), to, bytes) == static_cast<int>(bytes);
  }

  std::string path_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
};

class Idx final : public weir::Source {
  weir::Param<weir::Path> images_{this, "images", weir::required, "IDX file of images"};
  weir::Param<weir::Path> labels_{this, "labels", weir::absent, "IDX file of labels"};
  weir::Param<std::int64_t> label_classes_{this, "classes", 10, weir::at_least(1),
                                           "number of classes of the labels"};
  weir::Param<std::int64_t> limit_{this, "limit", weir::absent, weir::at_least(1),
                                   "only the first so many items"};
  weir::Param<weir::Numbers> range_{this, "range", weir::Numbers{-1, 1}, "values of black and white"};
  weir::Param<std::int64_t> side_{this, "size", weir::absent, weir::at_least(1),
                                  "height and width to shrink to"};
  weir::Param<bool> flatten_{this, "flatten", false, "items as vectors"};

 public:
  void plan(weir::Plan& plan) override {
    if (range_().size() != 2 || range_()[0] >= range_()[1])
      plan.fault("range", "range is [low, high] with low below high");
    const weir::Shape images = header(plan, images_, 3);
    if (images.empty()) return;
    if (limit_.given() && limit_() > images[0]) {
      plan.fault("limit", fmt::format("limit is {}, but '{}' holds {} images", limit_(), images_().string(),
                                      images[0]));
    }
    if (side_.given() && (side_() > images[1] || side_() > images[2])) {
      plan.fault("size", fmt::format("size is {}, but the images are {} x {} and can only be made smaller",
                                     side_(), images[1], images[2]));
    }
    count_ = limit_.given() ? limit_() : images[0];
    height_ = side_.given() ? side_() : images[1];
    width_ = side_.given() ? side_() : images[2];
    const auto type = c10::typeMetaToScalarType(options().dtype());
    if (const auto beyond = weir::beyond_memory(weir::rows_of(count_, shape()), type); !beyond.empty())
      plan.fault("images", "the images do not fit: " + beyond, "shrink them with size, or take fewer: limit");
    if (!labels_.given()) return;
    const weir::Shape labels = header(plan, labels_, 1);
    if (!labels.empty() && labels[0] != images[0]) {
      plan.fault("labels", fmt::format("there are {} labels for {} images", labels[0], images[0]));
    }
  }

  void run(weir::Run&) override {
    const Tensor bytes = IdxFile(images_(), 3).read(count_);
    origin_ = {images_().string(), "", weir::file_sha256(images_())};
    const Tensor grey = weir::shrink(bytes.to(options()), height_, width_);
    items_ = (range_()[0] + (range_()[1] - range_()[0]) / 255 * grey).reshape(weir::rows_of(count_, shape()));
    if (!labels_.given()) return;
    classes_of_items_ = IdxFile(labels_(), 1).read(count_).to(options().dtype(at::kLong));
    if (const auto largest = classes_of_items_.max().item<std::int64_t>(); largest >= label_classes_())
      throw std::runtime_error(fmt::format("'{}' has the label {}, and classes is {}: set it to {} or more",
                                           labels_().string(), largest, label_classes_(), largest + 1));
  }

  weir::Shape shape() const override {
    return flatten_() ? weir::Shape{height_ * width_} : weir::Shape{1, height_, width_};
  }
  std::optional<std::int64_t> size() const override { return count_; }
  Tensor items(const Tensor& index) const override { return items_.index_select(0, index); }
  Tensor labels() const override { return classes_of_items_; }
  std::optional<std::int64_t> classes() const override {
    if (!labels_.given()) return std::nullopt;
    return label_classes_();
  }
  std::optional<Origin> origin() const override { return origin_; }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return items(rng.integers(count_, {n})); }

 private:
  static weir::Shape header(weir::Plan& plan, const weir::Param<weir::Path>& param, std::size_t axes) {
    if (!std::filesystem::is_regular_file(param())) {
      plan.fault(
          param.name(), fmt::format("there is no file '{}'", param().string()),
          "Fashion-MNIST: apt install dataset-fashion-mnist puts it into /usr/share/datasets/fashion-mnist");
      return {};
    }
    try {
      return IdxFile(param(), axes).shape;
    } catch (const std::exception& error) {
      const bool other = weir::data_files::source_of(param()) != "source/idx";
      plan.fault(param.name(), error.what(), other ? weir::data_files::reading(param()) : "");
      return {};
    }
  }

  std::int64_t count_ = 0, height_ = 0, width_ = 0;
  Tensor items_, classes_of_items_;
  Origin origin_;
};

}  // namespace

WEIR_PLUGIN(Idx, "Images of an IDX file (MNIST family), gzipped or plain")
