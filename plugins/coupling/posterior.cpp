// plugins/coupling/posterior.cpp -- many points for each of a few measurements: what a flow given y starts from, and should end as.
//
//   y_m = the measurement of a point that the target draws, m = 1 .. measurements
//   (X0, X1) ~ p0 x p(x1 | y_m),   `each` pairs of every m, one after another
//
// Source   the evaluation of Chemseddine, Hagemann, Wald, Steidl, arXiv 2403.18705: 100 measurements, 1000 points of each.
// Oracle   the textbook's normal law given a measurement, mean and spread within five standard errors and 5 %; over all measurements the
//          law before any.
// Peers    none
// Shapes   x0, x1 [measurements each, item...]; y [measurements each, ...] as the target measures it
// Limits   fixed by nature. The law given y must be known (source/measured of a mixture). The classes of x1 are not known of points that
//          are drawn given y. Pairs of one measurement have their y in common, so that x1 are not as many independent points of the target.
#include <fmt/format.h>

#include <weir/kinds/facets/measurement.hpp>
#include <weir/kinds/facets/posterior_law.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

constexpr std::int64_t most_pairs = 100'000'000;

class Posterior final : public weir::Coupling {
  weir::Port<weir::Source> source_{this, "source", "where x0 comes from"};
  weir::Port<weir::Source> target_{this, "target",
                                   weir::mandatory.needing<weir::Measurement, weir::PosteriorLaw>(),
                                   "law of x1 and of its measurement"};
  weir::Param<std::int64_t> measurements_{this, "measurements", 40, weir::between(1, 1e6),
                                          "measurements, each of a point of its own"};
  weir::Param<std::int64_t> each_{this, "each", 1000, weir::between(1, 1e6), "pairs of each measurement"};
  weir::Output<Tensor> y_{this, "y", "1", "measurement that each pair is of"};

 public:
  void plan(weir::Plan& plan) override {
    if (source_->shape() != target_->shape())
      return plan.fault("target", "both ends of a pair need one shape, and the items of '" + target_->path() +
                                      "' have another than those of '" + source_->path() + "'");
    if (*size() > most_pairs)
      return plan.fault(
          "each",
          fmt::format("{} pairs of each of {} measurements are more than {}, which are held in memory",
                      each_(), measurements_(), most_pairs),
          fmt::format("at most {}", most_pairs / measurements_()));
    plan_outputs();
    const weir::Shape shape = weir::facet<weir::Measurement>(*target_)->shape;
    y_.plan(weir::rows_of(*size(), shape), weir::dims_of("pair", shape));
  }

  void run(weir::Run& run) override {
    Coupling::run(run);
    y_.set(all().context.at("y"));
  }

  weir::Shape shape() const override { return target_->shape(); }
  std::optional<std::int64_t> size() const override { return measurements_() * each_(); }
  std::map<std::string, weir::Domain::Entry> context() const override {
    return {{"y", {.shape = weir::facet<weir::Measurement>(*target_)->shape}}};
  }

 protected:
  weir::Batch pair(std::int64_t n, weir::Rng& rng) const override {
    weir::Rng start = rng.at("source"), seen = rng.at("target"), noise = rng.at("measurement"),
              end = rng.at("posterior");
    const Tensor once =
        weir::facet<weir::Measurement>(*target_)->of(target_->sample(measurements_(), seen), noise);
    const Tensor y = once.repeat_interleave(each_(), 0);
    const Tensor x0 = source_->sample(n, start);
    const Tensor x1 = weir::facet<weir::PosteriorLaw>(*target_)->given(y).sample(end);
    weir::Batch batch = batch_of({x0, {}, {}}, {x1.to(x0.options()).reshape_as(x0), {}, {}});
    batch.context["y"] = y;
    return batch;
  }
};

}  // namespace

WEIR_PLUGIN(Posterior, "Pairs whose ends are drawn given a measurement, many of each")
