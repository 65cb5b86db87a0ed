// plugins/source/images.cpp -- a folder of PNG and JPEG images, as CelebA's img_align_celeba, or of class folders, as ImageNet's.
//
//   compose on the background, cut out the centre square, or a rectangle of the asked ratio, shrink by averaging over area,
//   x = 2 v - 1 with v in [0, 1]
//
// Source   Liu et al., arXiv 1411.7766 (CelebA): 178 x 218 pixels, list_eval_partition.txt with lines "000001.jpg 0", where
//          0, 1, 2 are train, valid, test. Usual there: crop 178 (or 148), size 64. Class folders as torchvision's ImageFolder.
// Oracle   ramps of known colours, written as PNG and JPEG by stb_image_write, whose pixels and means are known by hand; what Pillow
//          writes and reads (tests/cli/own_data.test.py).
// Peers    torchvision.datasets.ImageFolder, CelebA, with CenterCrop and Resize
// Shapes   items {channels, height, width}, channels 3 or, with grey, 1; flattened on request; labels [size] of class folders
// Limits   decoded once into memory as floats, in the order of the file names; images are never enlarged. What the files say of
//          themselves is honoured or refused: plugins/source/files/image_file.hpp
#include <ATen/Parallel.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include <weir/front/plugins/digest.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/math/numeric/memory.hpp>
#include <weir/plugin.hpp>

#include "files/class_labels.hpp"
#include "files/image_file.hpp"
#include "files/image_folder.hpp"

namespace {

using weir::Tensor;
namespace files = weir::files;

constexpr std::size_t most_named = 100;  // of the files that were left out, in the record

class Images final : public weir::Source {
  weir::Param<weir::Path> folder_{this, "folder", weir::required, "folder of .png, .jpg and .jpeg files"};
  weir::Param<bool> labelled_{this, "labelled", false,
                              "whether each folder in it is a class, numbered in the order of their names"};
  weir::Param<std::int64_t> crop_{this, "crop", weir::absent, weir::at_least(1),
                                  "side of the centre square to cut out; each image's largest if not given"};
  weir::Param<std::int64_t> side_{this, "size", weir::absent, weir::at_least(1),
                                  "height and width to shrink to"};
  weir::Param<std::int64_t> height_{
      this, "height", weir::absent, weir::at_least(1),
      "height to shrink to, with width: the largest such rectangle in the middle of each"};
  weir::Param<std::int64_t> width_{this, "width", weir::absent, weir::at_least(1),
                                   "width to shrink to, with height"};
  weir::Param<bool> grey_{this, "grey", false, "one channel of luminance instead of three"};
  weir::Param<double> background_{this, "background", 1, weir::probability,
                                  "grey behind what is transparent, from 0, black, to 1, white"};
  weir::Param<bool> flatten_{this, "flatten", false, "items as vectors"};
  weir::Param<std::int64_t> limit_{this, "limit", weir::absent, weir::at_least(1),
                                   "only the first so many files"};
  weir::Param<weir::Path> partition_{this, "partition", weir::absent,
                                     "file with a line \"NAME 0|1|2\" for each image, or CSV of that"};
  weir::Param<std::string> split_{this, "split", "all", weir::one_of({"all", "train", "valid", "test"}),
                                  "part of the partition"};
  weir::Param<std::string> on_bad_{
      this, "on_bad", "refuse", weir::one_of({"refuse", "skip"}),
      "what becomes of files that cannot be read; to skip them each is decoded before the run, too"};
  weir::Output<Tensor> skipped_{this, "skipped", "1",
                                "how many files were left out; their names: attribute files", "int64"};
  weir::Output<Tensor> class_size_{
      this, "class_size", "1", "how many items each class has; their names: attribute class_names", "int64"};

 public:
  void plan(weir::Plan& plan) override {
    try {
      found_ = files::images_in(folder_(), labelled_());
    } catch (const std::exception& error) {
      return plan.fault("folder", error.what());
    }
    if (split_() != "all" && !partition_.given())
      return plan.fault("split", "split needs a partition file", "write partition: list_eval_partition.txt");
    if (partition_.given() && split_() != "all" && !keep_split(plan)) return;
    if (limit_.given() && limit_() > count())
      return plan.fault("limit", fmt::format("limit is {}, but there are {} images", limit_(), count()));
    if (limit_.given()) keep([&](std::size_t i) { return i < static_cast<std::size_t>(limit_()); });
    if (!keep_readable(plan) ||
        !(height_.given() || width_.given() ? plan_rectangles(plan) : plan_squares(plan)))
      return;
    if (const auto beyond = weir::beyond_memory(weir::rows_of(count(), shape()), type()); !beyond.empty())
      plan.fault("folder", "the images do not fit: " + beyond, "shrink them with size, or take fewer: limit");
    if (on_bad_() == "skip") plan_skipped();
    if (labelled_()) files::plan_class_sizes(class_size_, *classes(), found_.classes);
  }

  void run(weir::Run& run) override {
    items_ = at::empty(weir::rows_of(count(), {channels(), out_.height, out_.width}), options());
    std::string hashes;
    constexpr std::int64_t block = 256;
    for (std::int64_t first = 0; first < count(); first += block) {
      if (run.stop_requested()) throw weir::Stopped();
      run.progress(first, count(), {});
      at::parallel_for(first, std::min(first + block, count()), 1, [&](std::int64_t from, std::int64_t to) {
        for (std::int64_t i = from; i < to; ++i) decode(file(i), items_[i]);
      });
      for (std::int64_t i = first; i < std::min(first + block, count()); ++i)
        hashes += weir::file_sha256(file(i)) + "  " + found_.names[static_cast<std::size_t>(i)] + "\n";
    }
    origin_ = {folder_().string(), "", weir::sha256(hashes)};
    items_ = items_.reshape(weir::rows_of(count(), shape()));
    for (const std::string& warning : told_) run.warn(warning);
    if (labelled_()) {
      labels_ = at::tensor(found_.labels, at::kLong);
      files::set_class_sizes(class_size_, labels_);
      labels_ = labels_.to(options().dtype(at::kLong));
    }
    if (on_bad_() == "skip") record_skipped(run);
  }

  weir::Shape shape() const override {
    return flatten_() ? weir::Shape{channels() * out_.height * out_.width}
                      : weir::Shape{channels(), out_.height, out_.width};
  }
  std::optional<std::int64_t> size() const override { return count(); }
  Tensor items(const Tensor& index) const override { return items_.index_select(0, index); }
  Tensor labels() const override { return labels_; }
  std::optional<std::int64_t> classes() const override {
    if (!labelled_()) return std::nullopt;
    return static_cast<std::int64_t>(found_.classes.size());
  }
  std::optional<Origin> origin() const override { return origin_; }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return items(rng.integers(count(), {n})); }

 private:
  std::int64_t count() const { return static_cast<std::int64_t>(found_.names.size()); }
  std::int64_t channels() const { return grey_() ? 1 : 3; }
  at::ScalarType type() const { return c10::typeMetaToScalarType(options().dtype()); }
  weir::Path file(std::int64_t i) const { return folder_() / found_.names[static_cast<std::size_t>(i)]; }

  template <class Wanted>
  void keep(Wanted wanted) {  // by number
    files::ImageFolder kept{{}, {}, found_.classes};
    for (std::size_t i = 0; i < found_.names.size(); ++i) {
      if (!wanted(i)) continue;
      kept.names.push_back(found_.names[i]);
      if (labelled_()) kept.labels.push_back(found_.labels[i]);
    }
    found_ = std::move(kept);
  }

  bool keep_split(weir::Plan& plan) {
    std::map<std::string, int> part;
    try {
      part = files::read_partition(partition_());
    } catch (const std::exception& error) {
      plan.fault("partition", error.what());
      return false;
    }
    const int wanted = split_() == "train" ? 0 : split_() == "valid" ? 1 : 2;
    std::vector<std::string> unlisted;
    std::int64_t listed = std::ranges::count(part, wanted, &std::pair<const std::string, int>::second);
    keep([&](std::size_t i) {
      const auto it = part.find(found_.names[i]);
      if (it == part.end()) unlisted.push_back(found_.names[i]);
      return it != part.end() && it->second == wanted;
    });
    if (count() == 0) {
      plan.fault("partition", fmt::format("'{}' puts none of the folder's images into '{}'",
                                          partition_().string(), split_()));
    }
    if (!unlisted.empty()) {
      told_.push_back(
          fmt::format("{} images of '{}' are left out: '{}' names them in no part; the first is {}",
                      unlisted.size(), folder_().string(), partition_().string(), unlisted.front()));
    }
    if (listed > count())
      told_.push_back(fmt::format("'{}' puts {} images into '{}', of which '{}' holds {}",
                                  partition_().string(), listed, split_(), folder_().string(), count()));
    return count() != 0;
  }

  // The sizes of all that can be read; bad files are a fault, or left out.
  bool keep_readable(weir::Plan& plan) {
    std::string first_reason;
    keep([&](std::size_t i) {
      const weir::Path path = folder_() / found_.names[i];
      try {
        const files::ImageSize size = files::image_size(path);
        if (on_bad_() == "skip") files::read_image(path);
        sizes_.push_back(size);
        return true;
      } catch (const std::runtime_error& error) {
        if (bad_.empty()) first_reason = error.what();
        bad_.push_back(found_.names[i]);
        return false;
      }
    });
    if (bad_.empty() || (on_bad_() == "skip" && count() != 0)) return true;
    plan.fault("folder",
               bad_.size() == 1
                   ? first_reason
                   : fmt::format("{}; {} more files cannot be read either", first_reason, bad_.size() - 1),
               on_bad_() == "skip" ? "" : "mend or remove such files, or leave them out with on_bad: skip");
    return false;
  }

  // The side of the square that is cut out of each, and that of the items.
  bool plan_squares(weir::Plan& plan) {
    const auto [small, large] = std::ranges::minmax_element(sizes_, {}, &files::ImageSize::side);
    const auto described = [&](auto it) {
      return fmt::format("'{}' is {} x {}", file(it - sizes_.begin()).string(), it->width, it->height);
    };
    if (crop_.given() && crop_() > small->side())
      plan.fault("crop", fmt::format("crop is {}, but {}", crop_(), described(small)));
    if (!crop_.given() && !side_.given() && small->side() != large->side()) {
      plan.fault("folder",
                 fmt::format("the images differ in size: {}, {}", described(small), described(large)),
                 fmt::format(
                     "size: {0} shrinks the largest centre square of each; crop: {0} cuts out as many pixels",
                     small->side()));
    }
    const std::int64_t cut = crop_.given() ? crop_() : small->side();
    out_ = {side_.given() ? side_() : cut, side_.given() ? side_() : cut};
    if (plan.clean() && out_.height > cut) {
      plan.fault(
          "size",
          crop_.given()
              ? fmt::format("size is {}, but the square cut out has side {}; images are only made smaller",
                            out_.height, cut)
              : fmt::format("size is {}, but {}; images are only made smaller", out_.height,
                            described(small)));
    }
    const files::ImageSize& seen = sizes_.front();
    if (!crop_.given() && seen.height != seen.width &&
        std::ranges::all_of(sizes_, [&](const files::ImageSize& each) {
          return each.height == seen.height && each.width == seen.width;
        }))
      told_.push_back(fmt::format(
          "the images of '{}' are {} x {}, of which the centre square is taken: height: {}, width: {} "
          "takes all of them",
          folder_().string(), seen.width, seen.height, seen.height, seen.width));
    return plan.clean();
  }

  // The rectangle that is asked for, which each image must be large enough for.
  bool plan_rectangles(weir::Plan& plan) {
    if (!height_.given() || !width_.given()) {
      plan.fault(height_.given() ? "height" : "width", "height and width go together",
                 "write both, or size for a square");
      return false;
    }
    for (const auto& [key, given] : {std::pair{"size", side_.given()}, std::pair{"crop", crop_.given()}})
      if (given)
        plan.fault(key, fmt::format("{} is of squares, and height and width are those of a rectangle", key),
                   "leave one of them out");
    out_ = {height_(), width_()};
    const auto small = std::ranges::find_if(sizes_, [&](const files::ImageSize& each) {
      return each.height < out_.height || each.width < out_.width;
    });
    if (small != sizes_.end())
      plan.fault(small->height < out_.height ? "height" : "width",
                 fmt::format("the items are to be {} x {}, but '{}' is {} x {}; images are only made smaller",
                             out_.width, out_.height, file(small - sizes_.begin()).string(), small->width,
                             small->height));
    return plan.clean();
  }

  // The largest rectangle of the items' ratio in an image, or the centre square.
  files::ImageSize cut_of(std::int64_t height, std::int64_t width) const {
    if (!height_.given()) {
      const std::int64_t side = crop_.given() ? crop_() : std::min(width, height);
      return {side, side};
    }
    return {std::min(height, width * out_.height / out_.width),
            std::min(width, height * out_.width / out_.height)};
  }

  void decode(const weir::Path& path, const Tensor& item) const {
    const files::Image image = files::read_image(path);
    const std::int64_t height = image.pixels.size(0), width = image.pixels.size(1);
    const files::ImageSize cut = cut_of(height, width);
    if (cut.height > height || cut.width > width || out_.height > cut.height || out_.width > cut.width)
      throw std::runtime_error(
          fmt::format("'{}' is {} x {} now, and was larger before the run", path.string(), width, height));
    files::reduce(image, {background_(), grey_(), cut, out_}, item);
  }

  void plan_skipped() {
    weir::DatasetSpec& dataset = skipped_.plan({}, {});
    if (bad_.empty()) return;
    const std::vector<std::string> named(
        bad_.begin(), bad_.begin() + static_cast<std::ptrdiff_t>(std::min(most_named, bad_.size())));
    dataset.attributes["files"] =
        nlohmann::json(named).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  }

  void record_skipped(weir::Run& run) {
    skipped_.set(at::scalar_tensor(static_cast<std::int64_t>(bad_.size()), options().dtype(at::kLong)));
    if (bad_.empty()) return;
    run.warn(fmt::format("{} of {} files of '{}' cannot be read and are left out; the first is {}",
                         bad_.size(), bad_.size() + static_cast<std::size_t>(count()), folder_().string(),
                         bad_.front()));
  }

  files::ImageFolder found_;
  std::vector<files::ImageSize> sizes_;
  std::vector<std::string> bad_, told_;
  files::ImageSize out_;
  Tensor items_, labels_;
  Origin origin_;
};

}  // namespace

WEIR_PLUGIN(Images, "Folder of PNG and JPEG images, decoded once")
