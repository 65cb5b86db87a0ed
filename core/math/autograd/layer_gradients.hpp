// core/math/autograd/layer_gradients.hpp -- per-sample gradients of one layer from its inputs and output gradients.
//
// Matrix products are taken in the graph's dtype; sums over rows, whose cancellation would show, in float64.
#pragma once

#include <functional>
#include <memory>

#include <weir/math/autograd/tape.hpp>

namespace weir {

// y_i = W a_i + b, one row per sample: g_i = (delta_i a_i^T, delta_i), never formed.
// a [B, in], delta [B, out].
//
//   ||g_i||^2        = (||a_i||^2 + 1) ||delta_i||^2
//   g_i - mean g     = d_i a_i^T + dbar e_i^T - C      d = delta - dbar, e = a - abar, C = mean d_i e_i^T
//
// with a constant 1 appended to each a_i for the bias. Source: Goodfellow, arXiv 1510.01799, for the first line.
std::unique_ptr<LayerGradients> outer_product_gradients(Tensor a, Tensor delta);

// Gradients that have to be formed: `form(a, delta)` gives [m, P] for m rows of a [B, ...] and delta [B, ...]. They are
// kept if they take no more than `kept_bytes`, else formed anew whenever they are asked for, in pieces of a quarter of
// that or of one row. `width` is P.
using FormRows = std::function<Tensor(const Tensor& a, const Tensor& delta)>;
std::unique_ptr<LayerGradients> formed_gradients(Tensor a, Tensor delta, std::int64_t width, FormRows form,
                                                 std::int64_t kept_bytes = 64 << 20);

// Gradients at hand, [B, P].
std::unique_ptr<LayerGradients> dense_gradients(Tensor g);

}  // namespace weir
