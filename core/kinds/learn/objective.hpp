// core/kinds/learn/objective.hpp -- the per-sample loss of a model, and the random things it was computed from.
//
// Laws (`weir plugin check` holds every objective to them; `weir explain law/objective` prints them)
//   sample     sample(n) has n pairs, t [n] in [0, 1], xt and ut [n, item...]; t ascends if sorted_time() says so
//   seed       the same Rng address gives the same sample, another seed gives another
//   loss       loss is [B], one finite number for each row, of the sample's dtype
//   rows       unless its coupling has dependent_rows(), the loss of a row does not depend on the other rows of the batch
//   gradient   autograd's gradient of the mean loss is that of the loss: no detach and no item() on the way from the parameters
//   pure       loss changes neither its sample nor the parameters
//   parts      an objective that names flow_matching() parts has the loss ||ut - v(xt, t)||^2 and nothing else
//   float32    a float32 sample has a float32 loss, that of float64 to float32's accuracy
#pragma once

#include <cstdint>
#include <optional>

#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/time.hpp>
#include <weir/node.hpp>

namespace weir {

// One draw of everything random in a training step.
struct Sample {
  Batch batch;
  Tensor t;       // [B]
  Tensor z;       // [B, item...]
  Tensor xt, ut;  // [B, item...]: point on the path and target velocity
};

class Objective : public Node {
 public:
  static constexpr const char* kind = "objective";
  ~Objective() override;

  virtual Shape shape() const = 0;  // of one item
  virtual Sample sample(std::int64_t n, Rng& rng) const = 0;
  // Loss of each row, [B]: sum over coordinates, not yet averaged over the batch.
  virtual Tensor loss(const Field& field, const Params& params, const Sample& sample) const = 0;
  virtual bool sorted_time() const { return false; }  // rows come with ascending t
  virtual const Coupling& coupling() const = 0;

  // The parts of flow matching, where the loss of a row is ||u_t - v(x_t, t)||^2 and nothing else; null for other losses.
  struct Parts {
    const Interpolant* interpolant;
    const Time* time;
  };
  virtual std::optional<Parts> flow_matching() const { return std::nullopt; }
};

}  // namespace weir
