// plugins/source/anndata.cpp -- the matrix of an AnnData file (.h5ad) as a finite set: cells and their genes, or their coordinates.
//
//   item i = X[i, :], or the row of another matrix of the file: obsm/X_pca, layers/counts
//
// Source   AnnData's on-disk format, https://anndata.readthedocs.io/en/stable/fileformat-prose.html: dense matrices, sparse ones by rows
//          or columns (csr_matrix, csc_matrix), and categorical columns of obs
// Oracle   files that h5py writes in AnnData's layout, and that anndata writes where it is installed (tests/cli/own_data.test.py).
// Peers    anndata.read_h5ad
// Shapes   items {variables}, of a matrix with more axes its shape without the first; labels [cells]
// Limits   read whole, or its first `limit` rows, into memory, a sparse matrix densely; NaN and infinity are refused. A label is a column of
//          obs that is categorical or of whole numbers from 0; the categories are counted and not named. Files since AnnData 0.7.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include <weir/front/plugins/data_files.hpp>
#include <weir/front/plugins/digest.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/math/numeric/finite.hpp>
#include <weir/math/numeric/memory.hpp>
#include <weir/plugin.hpp>
#include <weir/record/reader.hpp>

#include "files/class_labels.hpp"

namespace {

using weir::Reader;
using weir::Shape;
using weir::Tensor;
namespace files = weir::files;

[[noreturn]] void refuse(const Reader& reader, const std::string& why) {
  throw std::runtime_error(fmt::format("{}: {}", reader.file(), why));
}

std::int64_t length(const Reader& reader, const std::string& path) {
  const Shape shape = reader.shape(path);
  if (shape.size() != 1) refuse(reader, path + " is not a list");
  return shape.front();
}

std::vector<std::int64_t> integers(const Reader& reader, const std::string& path, std::int64_t first,
                                   std::int64_t count) {
  const weir::Array array = reader.rows(path, first, count);
  if (array.dtype == weir::DType::float32 || array.dtype == weir::DType::float64 || array.shape.size() != 1)
    refuse(reader, path + " is not a list of whole numbers");
  const Tensor numbers = weir::tensor_of(array, at::kLong).to(at::kLong).contiguous();
  return {numbers.const_data_ptr<std::int64_t>(), numbers.const_data_ptr<std::int64_t>() + numbers.numel()};
}

// A matrix of the file, dense or sparse.
class Matrix {
 public:
  Matrix(const Reader& reader, std::string path) : reader_(reader), path_(std::move(path)) {
    if (!reader.is_group(path_)) {
      shape_ = reader.shape(path_);
      reader.dtype(path_);  // numbers, or the fault of the dataset
    } else {
      std::string form = reader.attribute(path_, "encoding-type");
      if (form.empty()) form = reader.attribute(path_, "h5sparse_format") + "_matrix";
      by_rows_ = form == "csr_matrix";
      if (!by_rows_ && form != "csc_matrix")
        refuse(reader, fmt::format("{} is a {}, and read are dense matrices, csr_matrix and csc_matrix",
                                   path_, form == "_matrix" ? "group" : form));
      sparse_ = true;
      std::string sizes = reader.attribute(path_, "shape");
      if (sizes.empty()) sizes = reader.attribute(path_, "h5sparse_shape");
      std::int64_t rows = 0, columns = 0;
      if (std::istringstream words(sizes); !(words >> rows >> columns))
        refuse(reader, path_ + " does not say its shape");
      shape_ = {rows, columns};
    }
    if (shape_.empty() || std::ranges::any_of(shape_, [](std::int64_t size) { return size < 1; }))
      refuse(reader, fmt::format("{} is [{}]: without rows of numbers", path_, fmt::join(shape_, ", ")));
  }

  const Shape& shape() const { return shape_; }

  // Its first `rows`, [rows, ...].
  Tensor read(std::int64_t rows, const at::TensorOptions& options) const {
    if (!sparse_) return weir::tensor_of(reader_.rows(path_, 0, rows), options).to(options);
    // Along the compressed axis, entries [start[i], start[i + 1]) are those of row or column i.
    const std::int64_t lines = by_rows_ ? rows : shape_[1], across = by_rows_ ? shape_[1] : shape_[0];
    const auto start = integers(reader_, path_ + "/indptr", 0, lines + 1);
    if (start.front() != 0 || !std::ranges::is_sorted(start))
      damaged("has an indptr that does not rise from 0");
    Tensor dense = at::zeros({rows, shape_[1]}, at::kDouble);
    auto* to = dense.mutable_data_ptr<double>();
    for (std::int64_t first = 0, last = 0; first < lines; first = last) {
      const std::int64_t begin = start[static_cast<std::size_t>(first)];
      // The lines whose entries are read at once: a matrix by columns has those of all rows.
      const auto past = std::ranges::upper_bound(start, begin + entries_at_once) - start.begin() - 1;
      last = std::clamp<std::int64_t>(past, first + 1, lines);
      const std::int64_t count = start[static_cast<std::size_t>(last)] - begin;
      if (count == 0) continue;
      const auto places = integers(reader_, path_ + "/indices", begin, count);
      const Tensor numbers = weir::tensor_of(reader_.rows(path_ + "/data", begin, count), at::kDouble)
                                 .to(at::kDouble)
                                 .contiguous();
      if (numbers.dim() != 1) damaged("has data of more than one axis");
      const auto* from = numbers.const_data_ptr<double>();
      for (std::int64_t line = first; line < last; ++line)
        for (std::int64_t i = start[static_cast<std::size_t>(line)] - begin;
             i < start[static_cast<std::size_t>(line) + 1] - begin; ++i) {
          const std::int64_t place = places[static_cast<std::size_t>(i)];
          if (place < 0 || place >= across) damaged(fmt::format("has an entry at {} of {}", place, across));
          if (!by_rows_ && place >= rows) continue;
          to[by_rows_ ? line * shape_[1] + place : place * shape_[1] + line] +=
              from[i];  // one place may stand twice
        }
    }
    return dense.to(options);
  }

 private:
  static constexpr std::int64_t entries_at_once = 1 << 20;

  [[noreturn]] void damaged(const std::string& why) const {
    refuse(reader_, fmt::format("{} {}: the file is damaged", path_, why));
  }

  const Reader& reader_;
  std::string path_;
  bool sparse_ = false, by_rows_ = false;
  Shape shape_;
};

class AnnData final : public weir::Source {
  weir::Param<weir::Path> file_{this, "file", weir::required, ".h5ad file"};
  weir::Param<std::string> matrix_{this, "matrix", "X",
                                   "which matrix: X, or another one as obsm/X_pca, layers/counts"};
  weir::Param<std::string> label_{this, "label", "", "column of obs that says the class of each item"};
  weir::Param<std::int64_t> limit_{this, "limit", weir::absent, weir::at_least(1),
                                   "only the first so many items"};
  weir::Output<Tensor> class_size_{this, "class_size", "1", "how many items each class has", "int64"};

 public:
  void plan(weir::Plan& plan) override {
    if (!std::filesystem::is_regular_file(file_()))
      return plan.fault("file", fmt::format("there is no file '{}'", file_().string()));
    std::string key = "file";
    try {
      const Reader reader(file_());
      key = "matrix";
      if (!reader.has(path()))
        return plan.fault(key, fmt::format("'{}' has no matrix '{}'; it has {}", file_().string(), matrix_(),
                                           fmt::join(matrices(reader), ", ")));
      item_ = Matrix(reader, path()).shape();
      const std::int64_t rows = item_.front();
      item_.erase(item_.begin());
      if (item_.empty()) item_ = {1};
      if (limit_.given() && limit_() > rows)
        return plan.fault("limit",
                          fmt::format("limit is {}, but '{}' has {} rows", limit_(), file_().string(), rows));
      count_ = limit_.given() ? limit_() : rows;
      if (const auto beyond = weir::beyond_memory(weir::rows_of(count_, item_), at::kDouble); !beyond.empty())
        return plan.fault("matrix", "the matrix does not fit: " + beyond,
                          "take fewer rows: limit, or obsm/X_pca");
      key = "label";
      if (!label_().empty()) read_labels(reader, rows);
    } catch (const std::exception& error) {
      const bool other = weir::data_files::source_of(file_()) != "source/anndata";
      return plan.fault(key, error.what(), key == "file" && other ? weir::data_files::reading(file_()) : "");
    }
    if (labels_.defined()) files::plan_class_sizes(class_size_, classes_, {});
  }

  void run(weir::Run&) override {
    const Reader reader(file_());
    origin_ = {file_().string(), path(), weir::file_sha256(file_())};
    items_ =
        Matrix(reader, path()).read(count_, options().device(at::kCPU)).reshape(weir::rows_of(count_, item_));
    weir::require_finite(items_, fmt::format("matrix '{}' of '{}'", matrix_(), file_().string()));
    items_ = items_.to(options());
    if (!labels_.defined()) return;
    files::set_class_sizes(class_size_, labels_);
    labels_ = labels_.to(options().dtype(at::kLong));
  }

  Shape shape() const override { return item_; }
  std::optional<std::int64_t> size() const override { return count_; }
  Tensor items(const Tensor& index) const override { return items_.index_select(0, index); }
  Tensor labels() const override { return labels_; }
  std::optional<std::int64_t> classes() const override {
    if (label_().empty()) return std::nullopt;
    return classes_;
  }
  std::optional<Origin> origin() const override { return origin_; }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return items(rng.integers(count_, {n})); }

 private:
  std::string path() const { return "/" + matrix_(); }

  static std::vector<std::string> matrices(const Reader& reader) {
    std::vector<std::string> found;
    for (const char* group : {"obsm", "layers"})
      if (reader.has(std::string("/") + group) && reader.is_group(std::string("/") + group))
        for (const std::string& name : reader.members(std::string("/") + group))
          found.push_back(group + ("/" + name));
    if (reader.has("/X")) found.insert(found.begin(), "X");
    if (found.empty()) found.emplace_back("none: it is no AnnData file");
    return found;
  }

  void read_labels(const Reader& reader, std::int64_t rows) {
    if (!reader.has("/obs") || !reader.is_group("/obs"))
      refuse(reader,
             "obs is no group of columns, as AnnData writes it since version 0.7: write the file anew");
    const std::string column = "/obs/" + label_();
    if (!reader.has(column))
      refuse(reader, fmt::format("obs has no column '{}'; it has {}", label_(),
                                 fmt::join(reader.members("/obs"), ", ")));
    const std::string older = "/obs/__categories/" + label_();
    const bool group = reader.is_group(column);
    const std::string codes = group ? column + "/codes" : column, categories = group ? column + "/categories"
                                                                               : reader.has(older) ? older
                                                                                                   : "";
    const bool whole = !group || (reader.has(codes) && reader.has(categories));
    if (!whole || reader.is_text(codes) || reader.type(codes) == "text")
      refuse(reader, fmt::format("obs['{}'] is neither categorical nor of whole numbers: "
                                 "adata.obs['{}'] = adata.obs['{}'].astype('category')",
                                 label_(), label_(), label_()));
    if (const std::int64_t labelled = length(reader, codes); labelled != rows)
      refuse(reader,
             fmt::format("obs['{}'] has {} rows, and {} has {}", label_(), labelled, matrix_(), rows));
    const std::vector<std::int64_t> all = integers(reader, codes, 0, rows);
    constexpr std::int64_t most = 1 << 20;  // beyond, a number is no class
    classes_ = std::min(
        categories.empty() ? std::min(std::ranges::max(all), most - 1) + 1 : length(reader, categories),
        most);
    for (std::size_t i = 0; i < static_cast<std::size_t>(count_); ++i)
      if (all[i] < 0 || all[i] >= classes_)
        refuse(reader,
               all[i] == -1 && !categories.empty()
                   ? fmt::format("obs['{}'] has no category in row {} (counted from 0): leave such cells out",
                                 label_(), i)
                   : fmt::format("obs['{}'] is {} in row {} (counted from 0), and classes are 0 to {}",
                                 label_(), all[i], i, classes_ - 1));
    labels_ = at::tensor(all, at::kLong).narrow(0, 0, count_).contiguous();
  }

  Shape item_;
  std::int64_t count_ = 0, classes_ = 0;
  Tensor items_, labels_;
  Origin origin_;
};

}  // namespace

WEIR_PLUGIN(AnnData, "Matrix of an AnnData file, with a column of obs as labels")
