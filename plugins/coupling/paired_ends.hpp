// plugins/coupling/paired_ends.hpp -- what couplings share that draw points of a source and of a target and say which go together.
//
//   x0_i, i in I,  x1_j, j in J,  y_j what is measured of x1_j        pairs (x0_r(k), x1_c(k)), told y_c(k), k = 1 .. n
//
// Shapes   x0, x1 [pair, item...]; y [pair, ...] as the target measures it; r, c int64 [pair]
#pragma once

#include <map>
#include <string>

#include <weir/kinds/facets/measurement.hpp>
#include <weir/kinds/flow/coupling.hpp>

namespace weir {

class PairedEnds : public DrawnCoupling {
 public:
  Shape shape() const override { return source_->shape(); }
  const Source* set_of(int end) const override { return finite(end == 0 ? *source_ : *target_); }
  std::map<std::string, Domain::Entry> context() const override {
    auto told = labels_of(*target_);
    if (const auto measured = facet<Measurement>(*target_)) told["y"] = {.shape = measured->shape};
    return told;
  }
  bool dependent_rows() const override { return !size(); }

 protected:
  struct Ends {
    Points x0, x1;
    Tensor y;  // of x1, undefined where nothing is measured
  };

  void plan_ends(Plan& plan) {
    plan_sources(plan, source_, &target_);
    plan_outputs();
    if (const auto measured = facet<Measurement>(*target_); size() && measured)
      y_.plan(rows_of(*size(), measured->shape), dims_of("pair", measured->shape));
  }

  // n points of each; fixed pairs have distinct ones, where they are of finite sets.
  Ends drawn(std::int64_t n, const Rng& rng) const {
    Ends ends{points_of(*source_, n, rng.at("source")), points_of(*target_, n, rng.at("target")), {}};
    ends.y = measured(ends.x1.x, rng);
    return ends;
  }

  Tensor measured(const Tensor& x1, const Rng& rng) const {
    const auto measurement = facet<Measurement>(*target_);
    if (!measurement) return {};
    Rng noise = rng.at("measurement");
    return measurement->of(x1, noise);
  }

  static Batch paired(const Ends& ends, const Tensor& rows, const Tensor& columns) {
    const Tensor r = rows.to(ends.x0.x.device()), c = columns.to(ends.x1.x.device());
    Batch batch = batch_of(ends.x0.rows(r), ends.x1.rows(c));
    if (ends.y.defined()) batch.context["y"] = ends.y.index_select(0, c);
    return batch;
  }

  void keep_ends(Batch batch) {
    keep(std::move(batch));
    if (y_.planned()) y_.set(all().context.at("y"));
  }

  // Rows of one draw that were matched to each other.
  Batch one_unit(Batch batch) const {
    if (dependent_rows()) batch.unit = at::zeros_like(batch.unit);
    return batch;
  }

  Port<Source> source_{this, "source", "where x0 comes from"};
  Port<Source> target_{this, "target", "where x1 comes from"};
  Output<Tensor> y_{this, "y", "1", "what fixed pairs are told, where the target is measured"};
};

}  // namespace weir
