// plugins/source/array.cpp -- an array of NumPy, PyTorch or safetensors as a finite set.
//
//   item i = array[i, ...]
//
// Source   .npy and .npz as numpy.save and savez write them, .safetensors as safetensors.torch.save_file, .pt as torch.save does since
//          PyTorch 1.6: tensors, in dictionaries and lists too, whose entries are named state.net.0.weight. Nothing else of it is made.
// Oracle   files that NumPy and PyTorch write, read by numpy.load and torch (tests/cli/own_data.test.py); files of LibTorch's own
//          pickler; safetensors by the format's specification.
// Peers    numpy.load; torch.load; safetensors.torch.load_file
// Shapes   items have the array's shape without its first axis; {1} if it has one axis only; labels [size]
// Limits   read whole, or its first `limit` rows, into memory; numbers become the graph's floating type as they are, bytes of images
//          0 to 255; NaN and infinity are refused
#include <fmt/format.h>

#include <weir/front/plugins/digest.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/math/numeric/finite.hpp>
#include <weir/math/numeric/memory.hpp>
#include <weir/plugin.hpp>

#include "files/array_file.hpp"
#include "files/class_labels.hpp"

namespace {

using weir::Tensor;
namespace files = weir::files;

class ArraySource final : public weir::Source {
  weir::Param<weir::Path> file_{this, "file", weir::required, ".npy, .npz, .pt or .safetensors file"};
  weir::Param<std::string> array_{this, "array", "", "which of the file's arrays; not needed if it has one"};
  weir::Param<weir::Path> labels_file_{this, "labels", weir::absent,
                                       "file with the class of each item, whole numbers from 0"};
  weir::Param<std::string> labels_array_{
      this, "labels_array", "",
      "which array of `labels`, or of `file` if that is not given, has the classes"};
  weir::Param<std::int64_t> label_classes_{this, "classes", weir::absent, weir::at_least(1),
                                           "number of classes; one more than the largest label if not given"};
  weir::Param<std::int64_t> limit_{this, "limit", weir::absent, weir::at_least(1),
                                   "only the first so many items"};
  weir::Output<Tensor> class_size_{this, "class_size", "1", "how many items each class has", "int64"};

 public:
  void plan(weir::Plan& plan) override {
    std::int64_t rows = 0;
    bool whole = false;  // of Fortran's order all rows are read, whatever the limit
    if (!std::filesystem::exists(file_()))
      return plan.fault("file", fmt::format("there is no file '{}'", file_().string()));
    try {
      const auto header = files::ArrayFile::open(file_())->array(array_()).header;
      item_ = header.shape;
      whole = header.by_columns;
    } catch (const std::exception& error) {
      return plan.fault(array_().empty() ? "file" : "array", error.what());
    }
    rows = item_.front();
    item_.erase(item_.begin());
    if (item_.empty()) item_ = {1};
    if (limit_.given() && limit_() > rows)
      return plan.fault("limit",
                        fmt::format("limit is {}, but '{}' has {} rows", limit_(), file_().string(), rows));
    count_ = limit_.given() ? limit_() : rows;
    if (const auto beyond = weir::beyond_memory(weir::rows_of(whole ? rows : count_, item_), type());
        !beyond.empty())
      plan.fault("file", "the array does not fit: " + beyond, "take fewer rows: limit");
    if (labelled()) plan_labels(plan, rows);
  }

  void run(weir::Run&) override {
    const auto file = files::ArrayFile::open(file_());
    origin_ = {file_().string(), array_(), weir::file_sha256(file_())};
    items_ = files::read_rows(file->array(array_()), count_, type()).reshape(weir::rows_of(count_, item_));
    weir::require_finite(items_, file->what(array_()));
    items_ = items_.to(options());
    if (!labelled()) return;
    files::set_class_sizes(class_size_, classes_of_items_);
    classes_of_items_ = classes_of_items_.to(options().dtype(at::kLong));
  }

  weir::Shape shape() const override { return item_; }
  std::optional<std::int64_t> size() const override { return count_; }
  Tensor items(const Tensor& index) const override { return items_.index_select(0, index); }
  Tensor labels() const override { return classes_of_items_; }
  std::optional<std::int64_t> classes() const override {
    if (!labelled()) return std::nullopt;
    return classes_;
  }
  std::optional<Origin> origin() const override { return origin_; }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return items(rng.integers(count_, {n})); }

 private:
  bool labelled() const { return labels_file_.given() || !labels_array_().empty(); }
  at::ScalarType type() const { return c10::typeMetaToScalarType(options().dtype()); }

  // Labels are read here: how many classes there are is known after plan.
  void plan_labels(weir::Plan& plan, std::int64_t rows) {
    const std::string key = labels_file_.given() ? "labels" : "labels_array";
    try {
      const auto file = files::ArrayFile::open(labels_file_.given() ? labels_file_() : file_());
      classes_of_items_ = files::read_labels(*file, labels_array_(), rows).narrow(0, 0, count_).contiguous();
    } catch (const std::exception& error) {
      return plan.fault(key, error.what());
    }
    const auto largest = classes_of_items_.max().item<std::int64_t>();
    classes_ = label_classes_.given() ? label_classes_() : largest + 1;
    if (largest >= classes_)
      plan.fault("classes", fmt::format("classes is {}, and there is the label {}", classes_, largest),
                 fmt::format("classes: {} or more", largest + 1));
    files::plan_class_sizes(class_size_, classes_, {});
  }

  weir::Shape item_;
  std::int64_t count_ = 0, classes_ = 0;
  Tensor items_, classes_of_items_;
  Origin origin_;
};

}  // namespace

WEIR_PLUGIN(ArraySource, "Array of a NumPy, PyTorch or safetensors file")
