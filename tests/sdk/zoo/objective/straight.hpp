// tests/sdk/zoo/objective/straight.hpp -- what is drawn for flow matching on straight lines, without noise.
#pragma once

#include <weir/kinds/learn/objective.hpp>

class Straight : public weir::Objective {
  weir::Port<weir::Coupling> coupling_{this, "coupling", "pairs of source and target points"};

 public:
  weir::Shape shape() const override { return coupling_->shape(); }
  weir::Domain domain() const override { return {coupling_->shape(), coupling_->context()}; }
  bool dependent_rows() const override { return coupling_->dependent_rows(); }
  weir::Sample sample(std::int64_t n, weir::Rng& rng) const override {
    weir::Rng pairs = rng.at("pairs"), times = rng.at("times");
    weir::Batch batch = coupling_->draw(n, pairs);
    const weir::Tensor t = times.uniform({n}), u = batch.x1() - batch.x0();
    const weir::Tensor xt = batch.x0() + weir::expand_as_items(t, u) * u;
    return {std::move(batch), {{"t", t}, {"z", at::zeros_like(u)}, {"xt", xt}, {"ut", u}}};
  }
};
