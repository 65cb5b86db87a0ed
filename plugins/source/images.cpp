// plugins/source/images.cpp -- a folder of PNG and JPEG images, as CelebA's img_align_celeba.
//
//   crop the centre, shrink by averaging over area, x = byte / 127.5 - 1
//
// Source   Liu et al., arXiv 1411.7766 (CelebA): 178 x 218 pixels, list_eval_partition.txt with lines "000001.jpg 0", where
//          0, 1, 2 are train, valid, test. Usual there: crop 178 (or 148), size 64.
// Shapes   items {channels, height, width}, channels 3 or, with grey, 1; flattened on request
// Limits   decoded once into memory as floats, in the order of the file names; images are never enlarged
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_MAX_DIMENSIONS (1 << 15)
#include <stb/stb_image.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/front/plugins/digest.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/math/numeric/area.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

// Bytes of pixels that a file may stand for: whatever its size, and for each of its own.
constexpr std::uint64_t free_bytes = 64 << 20, most_expansion = 100;

bool is_image(const weir::Path& file) {
  std::string end = file.extension().string();
  std::ranges::transform(end, end.begin(), [](unsigned char c) { return std::tolower(c); });
  return end == ".png" || end == ".jpg" || end == ".jpeg";
}

class Images final : public weir::Source {
  weir::Param<weir::Path> folder_{this, "folder", weir::required, "folder of .png, .jpg and .jpeg files"};
  weir::Param<std::int64_t> crop_{this, "crop", weir::absent, weir::at_least(1),
                                  "side of the centre square to cut out; the largest if not given"};
  weir::Param<std::int64_t> side_{this, "size", weir::absent, weir::at_least(1),
                                  "height and width to shrink to"};
  weir::Param<bool> grey_{this, "grey", false, "one channel of luminance instead of three"};
  weir::Param<bool> flatten_{this, "flatten", false, "items as vectors"};
  weir::Param<std::int64_t> limit_{this, "limit", weir::absent, weir::at_least(1),
                                   "only the first so many files"};
  weir::Param<weir::Path> partition_{this, "partition", weir::absent,
                                     "file with a line \"NAME 0|1|2\" for each image"};
  weir::Param<std::string> split_{this, "split", "all", weir::one_of({"all", "train", "valid", "test"}),
                                  "part of the partition"};

 public:
  void plan(weir::Plan& plan) override {
    if (!std::filesystem::is_directory(folder_()))
      return plan.fault("folder", fmt::format("there is no folder '{}'", folder_().string()));
    if (split_() != "all" && !partition_.given())
      return plan.fault("split", "split needs a partition file", "write partition: list_eval_partition.txt");
    for (const auto& entry : std::filesystem::directory_iterator(folder_())) {
      if (entry.is_regular_file() && is_image(entry.path())) files_.push_back(entry.path());
    }
    std::ranges::sort(files_);
    if (files_.empty())
      return plan.fault("folder",
                        fmt::format("folder '{}' holds no .png, .jpg or .jpeg file", folder_().string()));
    if (split_() != "all" && !keep_split(plan)) return;
    if (limit_.given() && limit_() > count())
      plan.fault("limit", fmt::format("limit is {}, but there are {} images", limit_(), count()));
    if (limit_.given() && limit_() < count()) files_.resize(static_cast<std::size_t>(limit_()));

    int width = 0, height = 0, channels = 0;
    if (!stbi_info(files_.front().c_str(), &width, &height, &channels)) {
      return plan.fault("folder", fmt::format("'{}' is not a PNG or JPEG image: {}", files_.front().string(),
                                              stbi_failure_reason()));
    }
    cut_ = crop_.given() ? crop_() : std::min(width, height);
    out_ = side_.given() ? side_() : cut_;
    if (cut_ > std::min(width, height))
      plan.fault("crop", fmt::format("crop is {}, but '{}' is {} x {}", cut_, files_.front().string(), width,
                                     height));
    if (out_ > cut_)
      plan.fault("size",
                 fmt::format("size is {}, but the square cut out has side {}; images are only made smaller",
                             out_, cut_));
  }

  void run(weir::Run& run) override {
    items_ = at::empty(weir::rows_of(count(), {channels(), out_, out_}), options());
    std::string hashes;
    for (std::int64_t i = 0; i < count(); ++i) {
      if (i % 256 == 0 && run.stop_requested()) throw weir::Stopped();
      if (i % 256 == 0) run.progress(i, count(), {});
      const weir::Path& file = files_[static_cast<std::size_t>(i)];
      items_[i].copy_(decode(file));
      hashes += weir::file_sha256(file) + "  " + file.filename().string() + "\n";
    }
    origin_ = {folder_().string(), "", weir::sha256(hashes)};
    items_ = items_.reshape(weir::rows_of(count(), shape()));
  }

  weir::Shape shape() const override {
    return flatten_() ? weir::Shape{channels() * out_ * out_} : weir::Shape{channels(), out_, out_};
  }
  std::optional<std::int64_t> size() const override { return count(); }
  Tensor items(const Tensor& index) const override { return items_.index_select(0, index); }
  std::optional<Origin> origin() const override { return origin_; }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return items(rng.integers(count(), {n})); }

 private:
  std::int64_t count() const { return static_cast<std::int64_t>(files_.size()); }
  std::int64_t channels() const { return grey_() ? 1 : 3; }

  bool keep_split(weir::Plan& plan) {
    const std::map<std::string, std::string> names{{"train", "0"}, {"valid", "1"}, {"test", "2"}};
    std::ifstream lines(partition_());
    std::map<std::string, std::string> part;
    for (std::string name, number; lines >> name >> number;) part[name] = number;
    std::erase_if(files_, [&](const weir::Path& file) {
      const auto it = part.find(file.filename().string());
      return it == part.end() || it->second != names.at(split_());
    });
    if (files_.empty()) {
      plan.fault("partition", fmt::format("'{}' puts none of the folder's images into '{}'",
                                          partition_().string(), split_()));
    }
    return !files_.empty();
  }

  Tensor decode(const weir::Path& file) const {
    int width = 0, height = 0, stored = 0;
    if (stbi_info(file.c_str(), &width, &height, &stored)) {
      const std::uint64_t pixels = std::uint64_t(width) * std::uint64_t(height) * 4;
      if (pixels > std::max(free_bytes, most_expansion * std::filesystem::file_size(file)))
        throw std::runtime_error(
            fmt::format("'{}' has {} bytes and says that it is {} x {} pixels: at most {} times what a file "
                        "has is unpacked; make it smaller",
                        file.string(), std::filesystem::file_size(file), width, height, most_expansion));
    }
    const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
        stbi_load(file.c_str(), &width, &height, &stored, static_cast<int>(channels())), &stbi_image_free);
    if (!pixels)
      throw std::runtime_error(
          fmt::format("'{}' cannot be decoded: {}", file.string(), stbi_failure_reason()));
    const std::int64_t cut = crop_.given() || !side_.given() ? cut_ : std::min(width, height);
    if (cut > std::min(width, height) || out_ > cut) {
      throw std::runtime_error(fmt::format("'{}' is {} x {}: too small for a square of {}", file.string(),
                                           width, height, std::max(cut, out_)));
    }
    const Tensor rows =
        at::from_blob(pixels.get(), {height, width, channels()}, at::kByte).permute({2, 0, 1});
    const Tensor square = rows.narrow(1, (height - cut) / 2, cut).narrow(2, (width - cut) / 2, cut);
    return weir::shrink(square.to(at::kDouble), out_, out_) / 127.5 - 1;
  }

  std::vector<weir::Path> files_;
  std::int64_t cut_ = 0, out_ = 0;
  Tensor items_;
  Origin origin_;
};

}  // namespace

WEIR_PLUGIN(Images, "Folder of PNG and JPEG images, decoded once")
