// core/math/autograd/context.hpp -- how a network takes what it is told beside x and t.
//
//   e = sum over entries c of the context of  W_c f(c) + b_c         f(c): one-hot of a label, 0 where it is -1; else c, flattened
//
// A linear layer of f(c) added to another's output is the same as f(c) beside that layer's input.
//
// Shapes   e [B, out]; parameters context.<name>.weight [out, classes or numbers], context.<name>.bias [out]
#pragma once

#include <weir/kinds/flow/domain.hpp>
#include <weir/math/autograd/layers.hpp>
#include <weir/node.hpp>

namespace weir::nn {

// Faults of a domain whose context no linear layer can take: labels of unknown number.
void plan_context(const Domain& domain, Plan& plan);
void init_context(Named& into, const Domain& domain, std::int64_t out, Rng& rng);
// e at these parameters, of x's dtype; undefined where they were initialised without context. Errors: std::invalid_argument for a
// context without what they were initialised with, or a label that is no class; of labels on a CUDA device c10::Error, later, and
// the same sentence on standard error. `who` and `beside` are words of what it then says.
Tensor context_features(const Params& params, const Context& context, const char* who = "this field",
                        const char* beside = "x and t");

}  // namespace weir::nn
