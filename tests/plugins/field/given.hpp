// tests/plugins/field/given.hpp -- sources, couplings and paths with known contents, for closed-form fields.
#pragma once

#include <weir/kinds/facets/affine_map.hpp>
#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/facets/normal_law.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/source.hpp>

#include "../make.hpp"

namespace weir::tests {

// These pairs, fixed; or the law X1 = A X0 + b, fresh.
class GivenPairs final : public Coupling {
 public:
  GivenPairs(Tensor x0, Tensor x1) : x0_points_(std::move(x0)), x1_points_(std::move(x1)) {
    set({.path = "pairs", .seed = 0, .options = f64, .places = {}});
  }
  explicit GivenPairs(AffineMap map) : map_(std::move(map)) {}

  Shape shape() const override {
    return x0_points_.defined() ? x0_points_.sizes().slice(1).vec() : Shape{map_->shift.size(0)};
  }
  std::optional<std::int64_t> size() const override {
    return x0_points_.defined() ? std::optional(x0_points_.size(0)) : std::nullopt;
  }
  void plan(Plan&) override { plan_outputs(); }

 protected:
  Batch pair(std::int64_t, Rng&) const override {
    return batch_of({x0_points_, {}, {}}, {x1_points_, {}, {}});
  }

 private:
  Tensor x0_points_, x1_points_;
  std::optional<AffineMap> map_;
  Facet<AffineMap> affine_map_{this, [this] { return map_; }};
};

// N(mean, covariance), or a finite set.
class GivenSource final : public Source {
 public:
  explicit GivenSource(Tensor items) : items_(std::move(items)) {
    set({.path = "set", .seed = 0, .options = f64, .places = {}});
  }
  GivenSource(Tensor mean, Tensor covariance) : mean_(std::move(mean)), covariance_(std::move(covariance)) {
    set({.path = "law", .seed = 0, .options = f64, .places = {}});
  }

  Shape shape() const override {
    return items_.defined() ? items_.sizes().slice(1).vec() : Shape{mean_.size(0)};
  }
  Tensor sample(std::int64_t n, Rng& rng) const override {
    if (items_.defined()) return items_.index_select(0, rng.integers(items_.size(0), {n}));
    return mean_ + rng.normal({n, mean_.size(0)}).mm(at::linalg_cholesky(covariance_).t());
  }
  std::optional<std::int64_t> size() const override {
    return items_.defined() ? std::optional(items_.size(0)) : std::nullopt;
  }
  Tensor items(const Tensor& index) const override { return items_.index_select(0, index); }

 private:
  Tensor items_, mean_, covariance_;
  Facet<Moments> moments_{
      this, [this] {
        return items_.defined() ? std::nullopt : std::optional(Moments{mean_, covariance_});
      }};
  Facet<NormalLaw> normal_law_{this, [this]() -> std::optional<NormalLaw> {
                                 if (items_.defined()) return std::nullopt;
                                 return NormalLaw{.mean = mean_, .root = at::linalg_cholesky(covariance_)};
                               }};
};

// interpolant/linear with a noise plugin.
struct Path {
  explicit Path(const std::string& plugin = "noise/zero",
                const nlohmann::json& params = nlohmann::json::object(), bool noise_in_target = false)
      : noise(make<Noise>(plugin, params)),
        interpolant(make<TwoPoint>("interpolant/linear", {{"noise_in_target", noise_in_target}})) {
    bind(*interpolant, "noise", *noise);
  }
  std::unique_ptr<Noise> noise;
  std::unique_ptr<TwoPoint> interpolant;
};

}  // namespace weir::tests
