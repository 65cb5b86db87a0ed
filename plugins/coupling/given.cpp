// plugins/coupling/given.cpp -- pairs that exist already: made by a trained flow (reflow), or kept in a file.
//
//   (x0_i, x1_i) = row i of two tensors of other nodes, or of two datasets of an HDF5 file
//
// Source   Liu, Gong, Liu, arXiv 2209.03003: the k-th rectified flow is trained on the pairs (z, flow(z)) of the one before.
// Oracle   the tensors and HDF5 datasets that the pairs were put into, to the bit: there is nothing else to hold them to.
// Peers    rectified-flow CouplingDataset(reflow=True); gnobitab/RectifiedFlow z0.npy and z1.npy; torchebm ReflowCoupling; in
//          flow_matching every pair is the user's
// Shapes   x0, x1 [pair, item...]; a dataset with one axis has items {1}
//          context: a tensor of one row for each pair
// Limits   fixed by nature: `draw` is not asked for; NaN and infinity are refused
#include <weir/kinds/flow/coupling.hpp>
#include <weir/math/numeric/finite.hpp>
#include <weir/plugin.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/written.hpp>

#include <fmt/ranges.h>

namespace {

using weir::Tensor;

class Given final : public weir::Coupling {
  weir::Port<Tensor> source_{this, "start", weir::optional, "x0, as flow.start or pairs.x0"};
  weir::Port<Tensor> target_{this, "end", weir::optional, "x1, as flow.end"};
  weir::Param<weir::Path> file_{this, "file", weir::absent,
                                "HDF5 file to read instead, such as the record of another run"};
  weir::Ports<Tensor> context_{this, "context",
                               "what belongs to each pair beside its points, by name: {label: pairs.label}"};
  weir::Param<std::int64_t> classes_{this, "classes", weir::absent, weir::at_least(1),
                                     "number of classes of the context `label`"};
  weir::Param<std::string> first_{this, "x0_dataset", "/x0", "dataset of x0 in the file"};
  weir::Param<std::string> last_{this, "x1_dataset", "/x1", "dataset of x1 in the file"};

 public:
  void plan(weir::Plan& plan) override {
    const bool tensors = source_.bound() || target_.bound();
    if (tensors == file_.given() || source_.bound() != target_.bound()) {
      return plan.fault("", "given pairs need start and end, or a file", "write start: and end:, or file:");
    }
    weir::Shape x0, x1;
    if (tensors) {
      x0 = source_.shape(), x1 = target_.shape();
    } else if (!read_shapes(plan, x0, x1)) {
      return;
    }
    const std::string from = tensors ? "start" : "file";
    if (x0.empty() || x0 != x1 || x0.front() < 1) {
      return plan.fault(
          from, fmt::format("both ends of the pairs need one shape [pair, item...]: x0 is [{}], x1 is [{}]",
                            fmt::join(x0, ", "), fmt::join(x1, ", ")));
    }
    count_ = x0.front();
    item_.assign(x0.begin() + 1, x0.end());
    if (item_.empty()) item_ = {1};
    for (const auto& [name, rows] : context_.shapes()) {
      if (rows.empty() || rows.front() != count_)
        return plan.fault("context", fmt::format("'{}' has [{}] for {} pairs: it needs one row for each",
                                                 name, fmt::join(rows, ", "), count_));
      if (name == "label" && rows.size() != 1)
        return plan.fault("context", fmt::format("a label is one class for each pair, and this has [{}]",
                                                 fmt::join(rows, ", ")));
      if (name == "label" && !classes_.given())
        return plan.fault("classes", "pairs with a `label` need the number of its classes",
                          "write, for example, classes: 10");
      context_entries_[name] = {.shape = weir::Shape(rows.begin() + 1, rows.end()),
                                .classes = name == "label" ? classes_() : 0};
    }
    plan_outputs();
  }

  void run(weir::Run& run) override {
    const weir::Shape shape = weir::rows_of(count_, item_);
    if (source_.bound()) {
      const weir::AnyOutput* label = source_.from().output("label");
      if (label && label->planned() && context_entries_.empty())
        run.warn(fmt::format(
            "the points of '{0}' have labels, which these pairs do not carry: to keep them, write "
            "context: {{label: {0}.label}}",
            source_.from().path()));
      return keep(with_context(batch_of(points(source_(), shape, "the start of the pairs"),
                                        points(target_(), shape, "the end of the pairs"))));
    }
    const weir::Reader reader(file_());
    const auto read = [&](const std::string& dataset) {
      return points(weir::tensor_of(reader.read(dataset), options()), shape,
                    fmt::format("dataset '{}' of '{}'", dataset, file_().string()));
    };
    keep(with_context(batch_of(read(first_()), read(last_()))));
  }

  weir::Shape shape() const override { return item_; }
  std::optional<std::int64_t> size() const override { return count_; }
  std::map<std::string, weir::Domain::Entry> context() const override { return context_entries_; }

 protected:
  weir::Batch pair(std::int64_t, weir::Rng&) const override {
    return all();
  }  // never asked: run reads the pairs

 private:
  weir::Batch with_context(weir::Batch pairs) const {
    for (const auto& [name, rows] : context_()) {
      if (name == "label" && !at::isIntegralType(rows.scalar_type(), /*includeBool=*/false))
        throw std::runtime_error(
            "a label is a whole number, the class of a pair, and these are not: give them another name");
      if (name == "label" &&
          (rows.min().item<std::int64_t>() < 0 || rows.max().item<std::int64_t>() >= classes_()))
        throw std::runtime_error(fmt::format(
            "labels go from {} to {}, and classes is {}: they must be 0 to {}",
            rows.min().item<std::int64_t>(), rows.max().item<std::int64_t>(), classes_(), classes_() - 1));
      pairs.context[name] = name == "label" ? rows.to(options().dtype(at::kLong)) : rows.to(options());
    }
    return pairs;
  }

  Points points(const Tensor& x, const weir::Shape& shape, const std::string& what) const {
    const Tensor rows = x.to(options()).reshape(shape);
    weir::require_finite(rows, what);
    return {.x = rows, .label = {}, .item = {}};
  }

  bool read_shapes(weir::Plan& plan, weir::Shape& x0, weir::Shape& x1) const {
    if (!std::filesystem::is_regular_file(file_())) {
      plan.fault("file", fmt::format("there is no file '{}'", file_().string()));
      return false;
    }
    try {
      const weir::Reader reader(file_());
      for (const auto* dataset : {&first_, &last_}) {
        if (!reader.has((*dataset)()))
          plan.fault(dataset->name(),
                     fmt::format("'{}' has no dataset '{}'", file_().string(), (*dataset)()));
        else if (const auto unwritten = weir::unwritten_text(file_(), (*dataset)()); !unwritten.empty())
          plan.fault(dataset->name(), unwritten, weir::unwritten_remedy);
        if (!plan.clean()) return false;
      }
      x0 = reader.shape(first_()), x1 = reader.shape(last_());
      for (const auto* dataset : {&first_, &last_})
        reader.dtype((*dataset)());  // numbers, or the fault of the dataset
    } catch (const std::exception& error) {
      plan.fault("file", error.what());
      return false;
    }
    return true;
  }

  weir::Shape item_;
  std::int64_t count_ = 0;
  std::map<std::string, weir::Domain::Entry> context_entries_;
};

}  // namespace

WEIR_PLUGIN(Given, "Pairs given by tensors of other nodes or by a file")
