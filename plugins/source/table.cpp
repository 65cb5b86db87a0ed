// plugins/source/table.cpp -- columns of a CSV or TSV file as a finite set.
//
//   item i = (line i's numbers in `columns`)
//
// Source   RFC 4180, and what spreadsheets and pandas make of it: plugins/source/files/table_file.hpp
// Oracle   files that pandas and NumPy write, read by pandas.read_csv (tests/cli/own_data.test.py); lines by hand.
// Peers    pandas.read_csv; numpy.loadtxt
// Shapes   items {columns}; labels [lines], where texts are numbered in the order of their bytes; blanks around a text in quotes are a
//          part of it, as to pandas, and others are not
// Limits   read whole, or its first `limit` lines, in plan, so that what is wrong is found before a run; missing values, NaN and
//          infinity are refused
#include <fmt/format.h>

#include <weir/front/plugins/digest.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/math/numeric/memory.hpp>
#include <weir/plugin.hpp>

#include "files/class_labels.hpp"
#include "files/columns.hpp"

namespace {

using weir::Tensor;
namespace files = weir::files;

class TableSource final : public weir::Source {
  weir::Param<weir::Path> file_{this, "file", weir::required, "CSV or TSV file"};
  weir::Param<weir::Texts> columns_{this, "columns", weir::absent,
                                    "names of the columns, or numbers from 1 without a header; all but the "
                                    "label if not given"};
  weir::Param<std::string> label_{this, "label", "",
                                  "column with the class of each line, texts or numbers from 0"};
  weir::Param<bool> header_{this, "header", weir::absent,
                            "whether the first line names the columns; it does if it holds no number"};
  weir::Param<std::string> separator_{
      this, "separator", weir::absent, weir::one_of({"comma", "tab", "semicolon", "space"}),
      "what stands between fields; a tab in .tsv and .tab files, a comma in others"};
  weir::Param<std::int64_t> limit_{this, "limit", weir::absent, weir::at_least(1),
                                   "only the first so many lines"};
  weir::Output<Tensor> class_size_{
      this, "class_size", "1", "how many items each class has; their names: attribute class_names", "int64"};
  weir::Output<Tensor> range_{
      this, "range", "1",
      "lowest and highest number of each column; the columns' names: attribute column_names"};

 public:
  void plan(weir::Plan& plan) override {
    if (!std::filesystem::is_regular_file(file_()))
      return plan.fault("file", fmt::format("there is no file '{}'", file_().string()));
    files::Columns read;
    try {
      files::ColumnsWanted wanted{.columns = columns_.given() ? columns_() : weir::Texts(),
                                  .label = label_()};
      if (header_.given()) wanted.header = header_();
      if (limit_.given()) wanted.limit = limit_();
      read = files::read_columns(file_(), separator(), wanted);
    } catch (const files::ColumnError& error) {
      return plan.fault(error.key, error.what(), error.remedy);
    } catch (const std::exception& error) {
      return plan.fault("file", error.what());
    }
    if (limit_.given() && limit_() > read.rows)
      return plan.fault("limit", fmt::format("limit is {}, but '{}' has {} lines of numbers", limit_(),
                                             file_().string(), read.rows));
    count_ = read.rows;
    width_ = read.width;
    numbers_ = std::move(read.numbers);
    weir::DatasetSpec& range = range_.plan({width_, 2}, {"column", "end"});
    if (!read.names.empty()) range.attributes["column_names"] = files::names_attribute(read.names);
    if (label_().empty()) return;
    labelled_ = files::numbered(read.labels);
    files::plan_class_sizes(class_size_, labelled_.classes, labelled_.names);
  }

  void run(weir::Run&) override {
    origin_ = {file_().string(), "", weir::file_sha256(file_())};
    items_ = at::tensor(numbers_, at::kDouble).reshape({count_, width_}).to(options());
    std::vector<double>().swap(numbers_);
    range_.set(at::stack({items_.amin(0), items_.amax(0)}, 1));
    if (label_().empty()) return;
    labels_ = at::tensor(labelled_.numbers, at::kLong);
    files::set_class_sizes(class_size_, labels_);
    labels_ = labels_.to(options().dtype(at::kLong));
  }

  weir::Shape shape() const override { return {width_}; }
  std::optional<std::int64_t> size() const override { return count_; }
  Tensor items(const Tensor& index) const override { return items_.index_select(0, index); }
  Tensor labels() const override { return labels_; }
  std::optional<std::int64_t> classes() const override {
    if (label_().empty()) return std::nullopt;
    return labelled_.classes;
  }
  std::optional<Origin> origin() const override { return origin_; }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return items(rng.integers(count_, {n})); }

 private:
  char separator() const {
    if (separator_.given()) {
      return separator_() == "tab"         ? '\t'
             : separator_() == "semicolon" ? ';'
             : separator_() == "space"     ? ' '
                                           : ',';
    }
    const std::string ending = file_().extension().string();
    return ending == ".tsv" || ending == ".tab" || ending == ".TSV" ? '\t' : ',';
  }

  std::int64_t count_ = 0, width_ = 0;
  std::vector<double> numbers_;  // between plan and run
  files::ClassLabels labelled_;
  Tensor items_, labels_;
  Origin origin_;
};

}  // namespace

WEIR_PLUGIN(TableSource, "Columns of a CSV or TSV file")
