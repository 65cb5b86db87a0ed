// core/math/variance/row_gradients.hpp -- per-sample gradients of a field that is not taped, by one pass over each row alone.
#pragma once

#include <weir/kinds/learn/objective.hpp>
#include <weir/math/autograd/tape.hpp>

namespace weir {

// The gradients of `losses` [B] = objective.loss(field, params, sample), one for each row; `params` with requiring_grad().
// A pass over one row costs a B-th of a pass over the batch. Where a row's loss alone is not its loss in the batch, because
// the rows depend on each other, the passes go over the batch: gradients_by_loop.
PerSampleGradients gradients_by_row(const Objective& objective, const Field& field, const Params& params,
                                    const Sample& sample, const Tensor& losses);

}  // namespace weir
