// plugins/metric/posterior.cpp -- how far points that were made for a measurement are from the law given it.
//
//   sw2_squared = mean over measurements y of the squared sliced 2-Wasserstein distance between the points of y and as many of p(x | y)
//               = mean over y, and over directions a with |a| = 1, of (1/n) sum_k ( (a.x)_(k) - (a.z)_(k) )^2,   z_i ~ p(x | y)
//
// Rows of one y stand one after another, as coupling/posterior gives them. Laws of x and y together can be near where those given y are
// far: with y = 0 or e and x = y / e or 1 - y / e they are min(1, e^2) apart, those given y 1.
//
// Source   Chemseddine, Hagemann, Wald, Steidl, arXiv 2403.18705 (W_{2,Y}^2 = E_y W_2^2 of the laws given y); they print Sinkhorn
//          divergences. Sliced: Bonneel et al., J. Math. Imaging Vis. 51 (2015) 22-45, without a factor D, as in metric/w2.
// Oracle   laws that change places, 1 given y and e^2 together; distances of 1, 2 and 3; the closed form between normal laws.
// Peers    none
// Shapes   samples [n, item...], y [n, ...]; outputs are numbers
// Limits   a distance of two *samples*: positive for equal laws too, of a second exact sample it is the floor. The standard error is over
//          measurements, of which there must be two, each with two points.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/facets/measurement.hpp>
#include <weir/kinds/facets/posterior_law.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::Tensor;

class Posterior final : public weir::Metric {
  weir::Port<Tensor> samples_{this, "samples", "points to judge, as flow.end"};
  weir::Port<Tensor> y_{this, "y", "measurement that each was made for, as pairs.y"};
  weir::Port<weir::Source> target_{this, "target",
                                   weir::mandatory.needing<weir::Measurement, weir::PosteriorLaw>(),
                                   "law of the points and of their measurement"};
  weir::Param<std::int64_t> directions_{this, "directions", 128, weir::at_least(2),
                                        "random directions, the same for every measurement"};
  weir::Output<Tensor> square_{this, "sw2_squared", "1",
                               "squared sliced 2-Wasserstein distance from the law given y, mean over y; NaN "
                               "where a point is not finite"};
  weir::Output<Tensor> square_se_{
      this, "sw2_squared_se", "1",
      "standard error of sw2_squared over the measurements; NaN where sw2_squared is"};
  weir::Output<Tensor> square_n_{this, "sw2_squared_n", "1", "number of measurements", "int64"};

 public:
  void plan(weir::Plan& plan) override {
    const weir::Shape &x = samples_.shape(), &y = y_.shape(), &item = target_->shape();
    if (x.size() < 2 || !std::equal(x.begin() + 1, x.end(), item.begin(), item.end()))
      return plan.fault("samples", fmt::format("'{}' is a law of items [{}], and the samples are [{}]",
                                               target_->path(), fmt::join(item, ", "), fmt::join(x, ", ")));
    if (y.empty() || y.front() != x.front())
      return plan.fault("y", fmt::format("each sample needs the measurement that it was made for: there are "
                                         "[{}] for {} samples",
                                         fmt::join(y, ", "), x.front()));
    const weir::Shape measured = weir::facet<weir::Measurement>(*target_)->shape;
    if (!std::equal(y.begin() + 1, y.end(), measured.begin(), measured.end()))
      return plan.fault("y",
                        fmt::format("what '{}' measures of a point is [{}], and the measurements are [{}]",
                                    target_->path(), fmt::join(measured, ", "), fmt::join(y, ", ")),
                        "take y of the coupling/posterior that has this target");
    for (auto* output : {&square_, &square_se_, &square_n_}) output->plan({}, {});
  }

  void run(weir::Run& run) override {
    const Tensor x = samples_().flatten(1).to(at::kDouble), y = y_();
    const std::vector<std::int64_t> counts = counts_of(y);
    weir::Rng exact = rng().at("posterior"), directions = rng().at("directions");
    const Tensor z = weir::facet<weir::PosteriorLaw>(*target_)->given(y).sample(exact);
    const Tensor a = directions.normal({x.size(1), directions_()}).to(at::kDouble);
    const Tensor unit = a / a.norm(2, {0}, true);
    std::vector<double> squares;
    std::int64_t first = 0;
    for (const std::int64_t n : counts) {
      if (run.stop_requested()) throw weir::Stopped();
      const auto in_order = [&](const Tensor& points) {
        return std::get<0>(at::mm(points.narrow(0, first, n), unit).sort(0));
      };
      squares.push_back((in_order(x) - in_order(z)).square().mean().item<double>());
      first += n;
      run.progress(first, x.size(0), {});
    }
    const Tensor every = at::tensor(squares, at::kDouble);
    square_.set(every.mean());
    square_se_.set(every.std() / std::sqrt(static_cast<double>(squares.size())));
    square_n_.set(at::scalar_tensor(static_cast<std::int64_t>(squares.size()), at::kLong));
  }

 private:
  // How many rows each measurement has.
  static std::vector<std::int64_t> counts_of(const Tensor& y) {
    const Tensor rows = y.flatten(1), n = at::arange(rows.size(0), rows.options().dtype(at::kLong));
    const Tensor changes = (rows.slice(0, 1) != rows.slice(0, 0, -1)).any(1);
    const Tensor starts = at::cat({n.narrow(0, 0, 1), n.slice(0, 1).masked_select(changes)});
    const Tensor ends = at::cat({starts.slice(0, 1), at::full({1}, rows.size(0), n.options())});
    const Tensor counts = (ends - starts).cpu();
    const auto least = counts.min().item<std::int64_t>();
    if (counts.size(0) < 2 || least < 2)
      throw std::runtime_error(fmt::format(
          "the law given y is judged by points of at least two measurements, two of each and one after "
          "another, and here are {} with as few as {}: use coupling/posterior, and its y",
          counts.size(0), least));
    return {counts.const_data_ptr<std::int64_t>(), counts.const_data_ptr<std::int64_t>() + counts.size(0)};
  }
};

}  // namespace

WEIR_PLUGIN(Posterior, "Distance of points made for measurements from the laws given these")
