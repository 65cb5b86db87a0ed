// core/kinds/facets/token_law.hpp -- of a source: its points are words of tokens (math/numeric/tokens.hpp), whose probabilities are known.
//
// Words that are listed, or tokens that are drawn each on its own; one of the two is there.
#pragma once

#include <weir/tensor.hpp>

namespace weir {

struct TokenLaw {
  static constexpr const char* facet = "token_law";
  Tensor words;        // int64 [K, L], distinct
  Tensor probability;  // float64 [K], with the sum 1
  Tensor each;         // float64 [L, V]: of independent tokens, each row with the sum 1
};

}  // namespace weir
