// tests/plugins/coverage.cpp -- plugins at laws whose truth is known, again and again.
#include "coverage.hpp"

#include <cmath>

#include <boost/math/distributions/students_t.hpp>

#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/learn/probe.hpp>
#include <weir/kinds/metric.hpp>
#include <weir/math/autograd/layer_gradients.hpp>
#include <weir/math/autograd/layers.hpp>
#include <weir/math/variance/gradient_variance.hpp>

#include "field/given.hpp"
#include "values.hpp"

namespace weir::tests {
namespace {

using conformance::Rows;
using nlohmann::json;

// v = b, whatever the point: the loss <u, b> has the gradient u.
class Constant final : public Field {
 public:
  Params init(const Domain& domain, Rng&) const override {
    return Params(
        {{"g.weight", at::zeros({domain.item[0], 1}, f64)}, {"g.bias", at::ones({domain.item[0]}, f64)}});
  }
  Tensor velocity(const Params& params, const Tensor& x, const Tensor&, const Context&) const override {
    return nn::linear(params, "g", at::zeros({x.size(0), 1}, x.options()));
  }
  bool taped() const override { return true; }
};

// Points and targets of a law, with the loss <u, v>.
class Given final : public Objective {
 public:
  Given(std::function<Tensor(std::int64_t, Rng&)> draw, std::int64_t dim)
      : draw_(std::move(draw)), dim_(dim) {}
  Shape shape() const override { return {dim_}; }
  Sample sample(std::int64_t n, Rng& rng) const override {
    const Tensor u = draw_(n, rng);
    return {{}, {{"t", at::full({n}, 0.5, f64)}, {"xt", u}, {"ut", u}}};
  }
  Loss loss(const Field& field, const Params& params, const Sample& sample) const override {
    return (sample["ut"] * field.velocity(params, sample["xt"], sample["t"])).sum(1);
  }

 private:
  std::function<Tensor(std::int64_t, Rng&)> draw_;
  std::int64_t dim_;
};

// A field without parameters.
class Formula final : public Field {
 public:
  explicit Formula(std::function<Tensor(const Tensor&)> of) : of_(std::move(of)) {}
  Params init(const Domain&, Rng&) const override { return {}; }
  Tensor velocity(const Params&, const Tensor& x, const Tensor&, const Context&) const override {
    return of_(x);
  }

 private:
  std::function<Tensor(const Tensor&)> of_;
};

Measurement measured(const Node& node, const std::string& name) {
  const auto of = [&](const std::string& output) { return number(value_of(node, output).to(at::kDouble)); };
  return {of(name), of(name + "_se"), of(name + "_n")};
}

// Measurements gathered one by one.
class Tally {
 public:
  explicit Tally(double truth) : truth_(truth) {}
  void add(const Measurement& m) {
    values_.push_back(m.value);
    if (std::isnan(m.se)) {
      ++missing_;
      return;
    }
    squares_ += m.se * m.se;
    const double quantile = boost::math::quantile(boost::math::students_t(m.n - 1), 0.975);
    // Where nothing varies the error is round-off.
    covered_ += std::abs(m.value - truth_) <= quantile * m.se + 1e-12 * std::abs(truth_);
  }
  Coverage coverage() const {
    const double all = double(values_.size()), given = all - missing_;
    return {std::sqrt(squares_ / given) / number(row_of(values_).std()), covered_ / all, missing_ / all,
            int(all)};
  }

 private:
  double truth_, squares_ = 0, covered_ = 0, missing_ = 0;
  std::vector<double> values_;
};

Tensor lengths_lognormal(std::int64_t n, double sigma, Rng& rng) {
  return (sigma * rng.normal({n, 1})).exp() * rng.normal({n, 5});
}

}  // namespace

double Coverage::error_at(double share) const { return std::sqrt(share * (1 - share) / repeats); }

Coverage coverage(double truth, int repeats, const std::function<Measurement(Rng&)>& draw) {
  const Rng rng(17, "coverage", f64);
  Tally tally(truth);
  for (int k = 0; k < repeats; ++k) {
    Rng own = rng.at("repeat", k);
    tally.add(draw(own));
  }
  return tally.coverage();
}

const std::vector<GradientLaw>& gradient_laws() {
  static const std::vector<GradientLaw> laws = {
      {"normal, 30 directions", 30,
       [](std::int64_t n, Rng& rng) {
         return rng.normal({n, 30});
       }},
      {"normal, 1 direction", 1,
       [](std::int64_t n, Rng& rng) {
         return rng.normal({n, 1});
       }},
      {"normal, few directions", 11,
       [](std::int64_t n, Rng& rng) {
         static const Tensor scale = at::cat({row_of({3, 1}), at::full({10}, std::sqrt(0.1), f64)});
         return rng.normal({n, 12}) * scale;
       }},
      {"products w (1, y)^T", 6,
       [](std::int64_t n, Rng& rng) {
         const Tensor w = rng.normal({n, 2, 1}),
                      y = at::cat({at::ones({n, 1, 1}, f64), rng.normal({n, 1, 2})}, 2);
         return w.bmm(y).flatten(1);
       }},
      {"lognormal lengths, 0.5", 5 * std::exp(0.5),
       [](std::int64_t n, Rng& rng) { return lengths_lognormal(n, 0.5, rng); }},
      {"lognormal lengths, 1", 5 * std::exp(2.0),
       [](std::int64_t n, Rng& rng) { return lengths_lognormal(n, 1, rng); }}};
  return laws;
}

const GradientLaw& gradient_law(const std::string& name) {
  for (const GradientLaw& law : gradient_laws())
    if (law.name == name) return law;
  throw std::logic_error("no law of gradients is called " + name);
}

Coverage of_one_batch(const GradientLaw& law, std::int64_t batch, int repeats) {
  return coverage(law.trace_cov, repeats, [&](Rng& rng) -> Measurement {
    PerSampleGradients gradients;
    gradients.layers.emplace_back("all", dense_gradients(law.draw(batch, rng)));
    const TraceCovError error = trace_cov_error(gradients);
    return {gradient_variance(gradients).total.trace_cov, error.se, error.n};
  });
}

OverReplicates over_replicates(const GradientLaw& law, std::int64_t batch, std::int64_t replicates,
                               int repeats) {
  Rng any(0, "any", f64);
  Given objective(law.draw, law.draw(1, any).size(1));
  Constant field;
  Tally total(law.trace_cov), replicated(law.trace_cov), loss(0);
  for (int k = 0; k < repeats; ++k) {
    const auto metric =
        make<Metric>("metric/gradient_variance", {{"batch", batch}, {"replicates", replicates}, {"bins", 1}},
                     f64, std::uint64_t(k), "coverage");
    bind(*metric, "objective", objective);
    bind(*metric, "field", field);
    run(*metric);
    total.add(measured(*metric, "total"));
    replicated.add(measured(*metric, "replicated"));
    loss.add(measured(*metric, "loss"));
  }
  return {total.coverage(), replicated.coverage(), loss.coverage()};
}

Coverage of_mmd(double shift, std::int64_t points, int repeats) {
  // E k(X, X') = s / sqrt(s^2 + 2); E k(X, Y) is that times exp(-m^2 / (2 (s^2 + 2))).
  const double s = 0.9, far = 2 * (s * s + 2);
  const double truth = 2 * s / std::sqrt(s * s + 2) * (1 - std::exp(-shift * shift / far));
  return coverage(truth, repeats, [&](Rng& rng) {
    Values x(rng.normal({points, 1})), y(rng.normal({points, 1}) + shift);
    const auto metric = make<Metric>("metric/mmd", {{"bandwidths", {s}}});
    bind(*metric, "samples", x, "value");
    bind(*metric, "points", y, "value");
    run(*metric);
    return measured(*metric, "mmd2");
  });
}

Coverage of_field_error(bool heavy, std::int64_t samples, int repeats) {
  Given objective([](std::int64_t n, Rng& rng) { return rng.normal({n, 2}); }, 2);
  Formula reference([](const Tensor& x) { return x; });
  Formula field([&](const Tensor& x) {
    return x + 0.3 * (heavy ? x * x.norm(2, {1}, true) : x * row_of({1, 0}));
  });
  // E x_1^2 / E |x|^2 = 1 / 2, E |x|^4 / E |x|^2 = 8 / 2.
  const double truth = 0.3 * std::sqrt(heavy ? 4 : 0.5);
  return coverage(truth, repeats, [&, k = std::uint64_t(0)](Rng&) mutable {
    const auto metric =
        make<Metric>("metric/field_error", {{"samples", samples}, {"bins", 1}}, f64, k++, "coverage");
    bind(*metric, "objective", objective);
    bind(*metric, "field", field);
    bind(*metric, "reference", reference);
    run(*metric);
    return measured(*metric, "relative");
  });
}

Coverage of_loss(int squares, std::int64_t batch, int repeats) {
  Given objective([](std::int64_t n, Rng& rng) { return rng.normal({n, 1}); }, 1);
  const auto probe = make<Probe>("probe/loss", {{"bins", 1}}, f64, 0, "probe");
  const Params none;
  Faults faults;
  Plan plan([](const std::string&) { return Place{}; }, faults);
  const Formula field([](const Tensor& x) { return x; });
  probe->plan_for({objective, none, batch, 1, field, *make<Optimiser>("optimiser/sgd")}, plan);
  Rows rows;
  rows.watch(*probe);
  return coverage(squares, repeats, [&](Rng& rng) {
    rows.rows.clear();
    const Sample sample = objective.sample(batch, rng);
    const Tensor losses = rng.normal({batch, squares}).square().sum(1);
    probe->observe({1, sample, losses, none, {}, nullptr, {}, 1});
    const auto of = [&](const char* trace) { return number(rows.rows.at(trace).at(0)); };
    return Measurement{of("probe.total"), of("probe.total_se"), of("probe.total_n")};
  });
}

Coverage of_recall(double probability, std::int64_t pairs, int repeats) {
  const Tensor x1 = at::arange(pairs, f64).view({-1, 1});
  Values start(at::zeros_like(x1)), end(x1);
  const auto coupling = make<Coupling>("coupling/given");
  bind(*coupling, "start", start, "value");
  bind(*coupling, "end", end, "value");
  run(*coupling);
  return coverage(probability, repeats, [&](Rng& rng) {
    Values ends(at::where(rng.uniform({pairs, 1}) < probability, x1, x1.roll(1, 0)));
    const auto metric = make<Metric>("metric/memorisation");
    bind(*metric, "generated", ends, "value");
    bind(*metric, "pairs", *coupling);
    run(*metric);
    return measured(*metric, "share");
  });
}

Coverage of_sliced_w2(std::int64_t directions, int repeats) {
  const Rng rng(18, "sets", f64);
  Values x(rng.at("x").normal({50, 3})),
      y(rng.at("y").normal({50, 3}) * row_of({1, 2, 0.5}) + row_of({1, 0, 0}));
  const auto at = [&](std::int64_t count, std::uint64_t seed) {
    auto metric = make<Metric>("metric/w2", {{"exact", false}, {"directions", count}}, f64, seed, "coverage");
    bind(*metric, "samples", x, "value");
    bind(*metric, "points", y, "value");
    run(*metric);
    return measured(*metric, "sliced_w2_squared");
  };
  static const double truth = at(10000, 1).value;  // known to a hundredth of the spread between directions
  return coverage(truth, repeats, [&, k = std::uint64_t(2)](Rng&) mutable { return at(directions, k++); });
}

}  // namespace weir::tests
