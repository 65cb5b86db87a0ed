// plugins/source/tensor.cpp -- a dataset of an HDF5 file as a finite set.
//
//   item i = dataset[i, ...]
//
// Source   HDF5 (The HDF Group), as its C library reads it.
// Oracle   numbers that h5py writes, in one piece or in compressed chunks, in either byte order (tests/cli/own_data.test.py).
// Peers    h5py.Dataset
// Shapes   items have the dataset's shape without its first axis; {1} if it has one axis only
// Limits   read whole, or its first `limit` rows, into memory; whole numbers become the graph's floating type; NaN and infinity
//          are refused
#include <fmt/format.h>

#include <weir/front/plugins/data_files.hpp>
#include <weir/front/plugins/digest.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/math/numeric/finite.hpp>
#include <weir/math/numeric/memory.hpp>
#include <weir/plugin.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/written.hpp>

namespace {

using weir::Tensor;

class TensorSource final : public weir::Source {
  weir::Param<weir::Path> file_{this, "file", weir::required, "HDF5 file, such as the record of another run"};
  weir::Param<std::string> dataset_{this, "dataset", weir::required,
                                    "path of the dataset in it, as /nodes/flow/end"};
  weir::Param<std::int64_t> limit_{this, "limit", weir::absent, weir::at_least(1),
                                   "only the first so many items"};

 public:
  void plan(weir::Plan& plan) override {
    if (!std::filesystem::is_regular_file(file_())) {
      return plan.fault("file", fmt::format("there is no file '{}'", file_().string()));
    }
    try {
      const weir::Reader reader(file_());
      if (!reader.has(dataset_())) {
        return plan.fault("dataset", fmt::format("'{}' has no dataset '{}'", file_().string(), dataset_()));
      }
      item_ = reader.shape(dataset_());
      reader.dtype(dataset_());  // numbers, or the fault of the dataset
      if (const auto unwritten = weir::unwritten_text(file_(), dataset_()); !unwritten.empty())
        return plan.fault("dataset", unwritten, weir::unwritten_remedy);
    } catch (const std::exception& error) {
      const bool other = weir::data_files::source_of(file_()) != "source/tensor";
      return plan.fault("file", error.what(), other ? weir::data_files::reading(file_()) : "");
    }
    if (item_.empty() || item_.front() < 1)
      return plan.fault("dataset", fmt::format("dataset '{}' has no rows", dataset_()));
    count_ = item_.front();
    item_.erase(item_.begin());
    if (item_.empty()) item_ = {1};
    if (limit_.given() && limit_() > count_) {
      plan.fault("limit",
                 fmt::format("limit is {}, but dataset '{}' has {} rows", limit_(), dataset_(), count_));
    }
    if (limit_.given()) count_ = limit_();
    if (const auto beyond =
            weir::beyond_memory(weir::rows_of(count_, item_), c10::typeMetaToScalarType(options().dtype()));
        !beyond.empty())
      plan.fault("dataset", "the dataset does not fit: " + beyond, "take fewer rows: limit");
  }

  void run(weir::Run&) override {
    const weir::Reader reader(file_());
    origin_ = {file_().string(), dataset_(), weir::file_sha256(file_())};
    items_ = weir::tensor_of(reader.rows(dataset_(), 0, count_), options())
                 .to(options())
                 .reshape(weir::rows_of(count_, item_));
    weir::require_finite(items_, fmt::format("dataset '{}' of '{}'", dataset_(), file_().string()));
  }

  weir::Shape shape() const override { return item_; }
  std::optional<std::int64_t> size() const override { return count_; }
  Tensor items(const Tensor& index) const override { return items_.index_select(0, index); }
  std::optional<Origin> origin() const override { return origin_; }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return items(rng.integers(count_, {n})); }

 private:
  weir::Shape item_;
  std::int64_t count_ = 0;
  Tensor items_;
  Origin origin_;
};

}  // namespace

WEIR_PLUGIN(TensorSource, "Dataset of an HDF5 file")
