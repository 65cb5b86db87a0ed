// plugins/source/linear_subspace.cpp -- a normal law on k dimensions within `dim`: a linear manifold.
//
//   x = (scale z) F,  z ~ N(0, I_k)        F [k, dim], F F^T = I: k orthonormal directions drawn at random once, or the first k axes
//   E x = 0,  Cov x = F^T diag(scale^2) F
//
// Source   data on a linear subspace, as Chen, Huang, Zhao, Wang, arXiv 2302.07194, study it
// Oracle   samples have rank k and their part outside the span is 0; lengths |x|^2 / scale^2 have the law chi^2_k (Kolmogorov-Smirnov)
// Peers    none
// Shapes   items {dim}
// Limits   centre 0; for k < dim the law is singular: no density with respect to volume. F is of this node's random numbers: two nodes have two.
#include <fmt/format.h>

#include <weir/kinds/facets/moments.hpp>
#include <weir/kinds/facets/normal_law.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/memory.hpp>
#include <weir/plugin.hpp>

#include "frame.hpp"

namespace {

using weir::Tensor;

class LinearSubspace final : public weir::Source {
  weir::Param<std::int64_t> k_{this, "k", weir::required, weir::between(1, 1e4),
                               "dimensions of the subspace"};
  weir::Param<std::int64_t> dim_{this, "dim", weir::required, weir::between(1, 1e4),
                                 "coordinates of an item"};
  weir::Param<weir::Numbers> scale_{this, "scale", weir::Numbers{1}, weir::positive,
                                    "standard deviation along each direction, or one for all of them"};
  weir::Param<std::string> rotation_{this, "rotation", "random", weir::one_of({"none", "random"}),
                                     "whether it lies along drawn directions, or along the first k axes"};
  weir::Facet<weir::Moments> moments_{
      this, [this] {
        return weir::Moments{at::zeros({dim_()}, options()), at::mm(load_, load_.t()).to(options())};
      }};
  weir::Facet<weir::NormalLaw> normal_law_{
      this, [this] {  // a square root: F^T with columns of zeros
        const Tensor zero = at::zeros({dim_(), dim_() - k_()}, load_.options());
        return weir::NormalLaw{.mean = at::zeros({dim_()}, load_.options().device(options().device())),
                               .root = at::cat({load_, zero}, 1).to(options().device())};
      }};

 public:
  void plan(weir::Plan& plan) override {
    if (k_() > dim_())
      return plan.fault("k", fmt::format("{} dimensions do not fit into {}: k is at most dim", k_(), dim_()),
                        "raise dim, or lower k");
    if (const auto count = static_cast<std::int64_t>(scale_().size()); count != 1 && count != k_())
      return plan.fault("scale",
                        fmt::format("scale has {} numbers, but there are {} directions", count, k_()),
                        "write one number for each direction, or one for all");
    const double numbers = double(k_()) * double(dim_());
    weir::plan_memory(plan, "dim", 8 * 4 * numbers,
                      fmt::format("a frame of {} x {} and what it is made of", k_(), dim_()));
    const Tensor frame = rotation_() == "random" ? weir::random_frame(k_(), dim_(), rng())
                                                 : at::eye(k_(), dim_(), at::kDouble);
    load_ = frame.t() * at::tensor(scale_(), at::kDouble);
  }

  weir::Shape shape() const override { return {dim_()}; }

  Tensor sample(std::int64_t n, weir::Rng& rng) const override {
    return at::mm(rng.normal({n, k_()}), load_.t().to(options()));
  }

 private:
  Tensor load_;  // F^T diag(scale) [dim, k], float64 on the CPU
};

}  // namespace

WEIR_PLUGIN(LinearSubspace, "Normal distribution on a linear subspace of a space of more dimensions")
