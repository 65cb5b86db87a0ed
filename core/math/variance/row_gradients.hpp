// core/math/variance/row_gradients.hpp -- gradients of an objective, per sample too, whether its field is taped or not.
#pragma once

#include <weir/kinds/learn/objective.hpp>
#include <weir/math/autograd/tape.hpp>

namespace weir {

// The gradients of `losses` [B] = objective.loss(field, params, sample).rows, one for each row; `params` with requiring_grad().
// A pass over one row costs a B-th of a pass over the batch. Where a row's loss alone is not its loss in the batch, because
// the rows depend on each other, the passes go over the batch: gradients_by_loop.
PerSampleGradients gradients_by_row(const Objective& objective, const Field& field, const Params& params,
                                    const Sample& sample, const Tensor& losses);

// The loss, detached, and the gradient of the mean of its rows; with `per_sample` also those of the rows, from the tape where field
// and objective are taped, else by gradients_by_row. They are taped either way: their numbers are the same whatever is asked.
struct LossGradients {
  Loss loss;
  Gradients gradients;
};
LossGradients loss_gradients(const Objective& objective, const Field& field, const Params& params,
                             const Sample& sample, bool per_sample);

}  // namespace weir
