// core/kinds/facets/posterior_law.hpp -- of a source of which something is measured: the law of a point given its y is a mixture.
//
//   p(x | y) = sum_k w_k(y) N(x; m_k(y), diag(s_k^2))        over the D flattened coordinates of an item
#pragma once

#include <functional>

#include <weir/rng.hpp>
#include <weir/tensor.hpp>

namespace weir {

struct PosteriorLaw {
  static constexpr const char* facet = "posterior_law";
  // Of n measurements, float64.
  struct Mixtures {
    Tensor weight;    // [n, K], each row with the sum 1
    Tensor mean;      // [n, K, D]
    Tensor variance;  // [n, K, D], positive

    // A point of each, [n, D] float64.
    Tensor sample(Rng& rng) const {
      const Tensor u = rng.uniform({weight.size(0), 1}).to(at::kDouble);
      const Tensor k = at::searchsorted(weight.cumsum(1), u, false, true).clamp_max(weight.size(1) - 1);
      const Tensor of = k.unsqueeze(2).expand({-1, -1, mean.size(2)});
      const auto chosen = [&](const Tensor& each) { return each.gather(1, of).squeeze(1); };
      const Tensor z = rng.normal({mean.size(0), mean.size(2)}).to(at::kDouble);
      return chosen(mean) + chosen(variance).sqrt() * z;
    }
  };
  std::function<Mixtures(const Tensor& y)> given;  // of y [n, ...]; as long as the source is there
};

}  // namespace weir
