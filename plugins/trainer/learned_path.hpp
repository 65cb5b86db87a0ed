// plugins/trainer/learned_path.hpp -- the path that trainer/learned_interpolant learns.
//
//   G_t = l_t + t (1 - t) f(x0, x1, t)      l_t = (1 - t) x0 + t x1      u_t = dG_t / dt = x1 - x0 + (1 - 2 t) f + t (1 - t) df/dt
//
// Source   arXiv 2510.01159
// Shapes   x0, x1, f, G, u [B, item...]; t [B]
#pragma once

#include <stdexcept>
#include <utility>
#include <vector>

#include <ATen/core/grad_mode.h>

#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/learn/network.hpp>
#include <weir/math/autograd/tape.hpp>

namespace weir {

class NoNoise final : public Noise {
  Tensor gamma(const Tensor& t) const override { return at::zeros_like(t); }
  Tensor dgamma(const Tensor& t) const override { return at::zeros_like(t); }
  bool zero() const override { return true; }
};

class LearnedPath final : public Interpolant {
 public:
  explicit LearnedPath(const Network& correction) : correction_(correction) {
    port("noise")->bind("noise", none_, nullptr);
  }
  Params fitted;

  // f at t [B], of the dtype of the points.
  static Tensor correction(const Network& network, const Params& params, const Batch& batch,
                           const Tensor& t) {
    return network.forward(params, {{"x0", batch.x0()}, {"x1", batch.x1()}, {"t", t}})
        .view(batch.x0().sizes());
  }
  // G_t, given f.
  static Tensor place(const Batch& batch, const Tensor& t, const Tensor& f) {
    const Tensor s = expand_as_items(t, f);
    return (1 - s) * batch.x0() + s * batch.x1() + s * (1 - s) * f;
  }

 protected:
  Point noiseless(const Batch& batch, const Tensor& t) const override {
    if (fitted.empty()) throw std::logic_error("a learned path has no points before its training has run");
    const at::AutoGradMode on(true);
    const Tensor now = t.detach().to(batch.x0().scalar_type()).requires_grad_(true);
    const Tensor f = correction(correction_, fitted_in(now.scalar_type()), batch, now);
    // The first pass gives w . df/dt of each row, the second its derivative by w, which enters linearly.
    const Tensor w = at::zeros_like(f).requires_grad_(true);
    const Tensor along = grad((w * f).sum(), {now}, true, /*create_graph=*/true).front();
    const Tensor slope = grad(along.sum(), {w}).front();
    const Tensor s = expand_as_items(now, f).detach(), bend = f.detach();
    return {place(batch, now, bend).detach(),
            batch.x1() - batch.x0() + (1 - 2 * s) * bend + s * (1 - s) * slope};
  }

 private:
  // The parameters in the dtype of the points that are asked for, which need not be that of the training.
  Params fitted_in(at::ScalarType dtype) const {
    std::vector<Tensor> values = fitted.values();
    for (Tensor& value : values) value = value.to(dtype);
    return fitted.with(std::move(values));
  }

  const Network& correction_;
  NoNoise none_;
};

}  // namespace weir
