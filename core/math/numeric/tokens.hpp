// core/math/numeric/tokens.hpp -- words of tokens as points: each token a row of the identity matrix.
//
//   x = (e_{a_1}, ..., e_{a_L}),  e_a in {0, 1}^V the a-th row of the identity          a word a of L tokens of V categories
//
// Shapes   x [N, ..., V], the last axis that of the categories; tokens int64 [N, L], L the product of the axes between
#pragma once

#include <string>

#include <weir/tensor.hpp>

namespace weir {

// x as words, int64 [N, L]. Errors: std::runtime_error, naming `what`, where a row is not one 1 among zeros.
Tensor tokens_of(const Tensor& x, const std::string& what);

// Words as points [N, L, V], of these options.
Tensor one_hot(const Tensor& tokens, std::int64_t categories, const at::TensorOptions& options);

}  // namespace weir
