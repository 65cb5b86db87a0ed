// core/kinds/flow/field.hpp -- a velocity field v(x, t): a pure function of (params, x, t, context).
//
// A field gives a velocity and nothing else, so that whoever follows, trains or measures it need not ask what its numbers mean. A network
// that predicts the data, the noise or the score is made one by field/prediction (space.hpp).
//
// A field may stand on another: what it wraps has its parameters, which `init` hands on, and is asked with them. The laws, all but
// `context`, ask a field without context, at parameters that lie away from its initial ones.
//
// Laws (`weir plugin check` holds every field to them; `weir explain law/field` prints them)
//   shape        a velocity is [B, item...] as x is, of x's dtype and device, and finite
//   ends         next to t = 0 and t = 1 a velocity is finite; at an end it is the limit where there is one, and where it grows without
//                bound an exception says so: no NaN, and no 0 / 0 that has a limit
//   rows         row i depends on x[i] and t[i] alone: no statistics over the batch
//   seed         init draws from its Rng alone: equal seeds give equal parameters, another seed gives others; equal parameters give
//                equal velocities
//   context      with a label beside x and t, it finds that a fault at plan; or its velocity depends on the label of the row, and
//                is finite where the label is left out (-1); where a label is missing that init was told of, an exception says so
//   tape         at params.taped(tape) it returns the velocity that it returns without
//   per_sample   a field that is taped() has the per-sample gradients on its tape that one backward pass for each row gives
//   pass         where pass() gives one, its output is the velocity, and its way back gives the gradients of autograd, per sample too
//   float32      at float32 x, t and parameters it gives what float64 gives, to float32's accuracy
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <weir/kinds/facets/affine_velocity.hpp>
#include <weir/kinds/flow/domain.hpp>
#include <weir/node.hpp>
#include <weir/params.hpp>

namespace weir {

class Pass;  // weir/math/autograd/pass.hpp

class Field : public Node {
 public:
  static constexpr const char* kind = "field";
  ~Field() override;

  // v [B, item...] at x [B, item...] and t [B], with the context that init was told of. Errors: std::invalid_argument where that is
  // missing.
  virtual Tensor velocity(const Params& params, const Tensor& x, const Tensor& t,
                          const Context& context = {}) const = 0;

  // The same, with the way back at hand; null where the field has none, and autograd finds the way. `params` without requiring_grad().
  virtual std::shared_ptr<Pass> pass(const Params& params, const Tensor& x, const Tensor& t,
                                     const Context& context) const {
    return (void)params, (void)x, (void)t, (void)context, nullptr;
  }

  // Initial parameters for this domain; the trained ones for a trainer's field; none for a closed form. Whoever asks for velocities
  // asks for these first, once.
  virtual Params init(const Domain& domain, Rng& rng) const = 0;

  // Faults of this field for this domain, asked by whoever uses it, at plan. A field that takes context, or its wrapper, overrides it.
  virtual void plan_for(const Domain& domain, Plan& plan) const { refuse_context(domain, plan); }

  // Whether every parameter is used through taped layers, so that a Tape gives exact per-sample gradient norms.
  virtual bool taped() const { return false; }

 protected:
  // Faults where there is context: for the plan_for of a field that knows x and t alone.
  static void refuse_context(const Domain& domain, Plan& plan);
};

// For whoever asks a field at points and takes what it is told of them by a port, one row for each.
//
// What the field is asked at, in plan; `points` is [n, item...]. Faults at the port where a row is missing.
Domain domain_of(const Shape& points, const Ports<Tensor>& context, Plan& plan);
// In run: all rows, labels as they are and anything else with these options; and what the field is asked at.
Context context_of(const Ports<Tensor>& context, const at::TensorOptions& options);
Domain domain_of(const Tensor& points, const Context& context);
// Some of the rows: `n` from `first` on, or those of `index`, int64.
Context rows_of(const Context& context, std::int64_t first, std::int64_t n);
Context rows_of(const Context& context, const Tensor& index);

// A field with parameters of its own: what a trainer gives. `init` returns a copy of them, so another trainer goes on from
// there; before they are set, in plan, the model's own, which have the same names and shapes. It is asked with the context that it
// was trained with, no more and no less.
class Fitted final : public Field {
 public:
  Fitted(const Field& model, Domain domain) : model_(model), domain_(std::move(domain)) {}
  void set(Params params) { params_ = std::move(params); }

  Tensor velocity(const Params& params, const Tensor& x, const Tensor& t,
                  const Context& context) const override {
    return model_.velocity(params, x, t, context);
  }
  std::shared_ptr<Pass> pass(const Params& params, const Tensor& x, const Tensor& t,
                             const Context& context) const override {
    return model_.pass(params, x, t, context);
  }
  Params init(const Domain& domain, Rng& rng) const override {
    return params_.empty() ? model_.init(domain_with(domain), rng) : params_.clone();
  }
  void plan_for(const Domain& domain, Plan& plan) const override;
  bool taped() const override { return model_.taped(); }

 private:
  Domain domain_with(
      const Domain& asked) const;  // its items, with the context of the training, whose classes are known

  const Field& model_;
  Domain domain_;
  Params params_;
  Facet<AffineVelocity> affine_{this, [this] { return facet<AffineVelocity>(model_); }};
};

}  // namespace weir
