// core/math/autograd/outer_product_gradients.cpp -- per-sample gradients of a linear layer, known by their two factors.
#include <utility>

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include <weir/math/autograd/layer_gradients.hpp>
#include <weir/math/numeric/loops.hpp>
#include <weir/math/numeric/sums.hpp>

namespace weir {
namespace {

// <a_i, b_i> in float64, [B].
Tensor row_dots(const Tensor& a, const Tensor& b) { return (a.to(at::kDouble) * b.to(at::kDouble)).sum(1); }

class OuterProductGradients final : public LayerGradients {
 public:
  OuterProductGradients(Tensor a, Tensor delta) : a_(std::move(a)), delta_(std::move(delta)) {}

  std::int64_t batch() const override { return a_.size(0); }

  Tensor norms() const override {
    if (!norms_.defined()) norms_ = row_squares(a_).add_(1).mul_(row_squares(delta_));
    return norms_;
  }

  // h = (H, b): delta_i^T H a_i + delta_i^T b.
  Tensor dots(const std::vector<Tensor>& h) const override {
    const Tensor weight = (delta_.mm(h.at(0)) * a_).sum(1);
    return weight.to(at::kDouble) + delta_.mv(h.at(1)).to(at::kDouble);
  }

  Tensor centred_norms() const override {
    // The means and the differences from them in float64: an error of the mean would be as large as a small spread.
    const Tensor a = a_.to(at::kDouble);
    const Tensor delta = delta_.to(at::kDouble);
    const Tensor dbar = delta.mean(0);
    const Tensor e = a - a.mean(0);
    const Tensor d = delta - dbar;

    // C = mean d_i e_i^T and d_i^T C a_i: matrix products of small quantities, safe in the graph's dtype.
    const Tensor d_graph = d.to(a_.scalar_type());
    const Tensor c = d_graph.t().mm(e.to(a_.scalar_type())) / static_cast<double>(batch());
    const Tensor dca = row_dots(d_graph.mm(c), a);
    const Tensor c_dbar = c.to(at::kDouble).t().mv(dbar);

    return row_squares(d) * (row_squares(a) + 1) + dbar.square().sum() * row_squares(e) +
           c.to(at::kDouble).square().sum() + 2 * d.mv(dbar) * row_dots(a, e) - 2 * dca - 2 * e.mv(c_dbar);
  }

  Tensor group_norms(const Groups& groups) const override {
    const std::int64_t longest = groups.blocks.size(1);
    const std::int64_t in = a_.size(1), out = delta_.size(1);
    if (a_.device().is_cpu() &&
        (longest * (in + out) <= 2 * in * out || groups.blocks.numel() * longest <= few))
      return norms_by_couples(groups);
    const Tensor a = in_blocks(a_, groups);
    // Zero where a block is longer than its group, so that what stands there of `a` does not count.
    const Tensor d = in_blocks(delta_, groups) * groups.present.unsqueeze(2);

    if (longest * (in + out) <= in * out) {
      // As norms_by_couples, of each couple twice.
      return a.bmm(a.transpose(1, 2)).add_(1).mul_(d.bmm(d.transpose(1, 2))).sum({1, 2}, false, at::kDouble);
    }
    return row_squares(d.transpose(1, 2).bmm(a)).add_(row_squares(d.sum(1, false, at::kDouble)));
  }

  Tensor dense() const override {
    const Tensor weight = at::bmm(delta_.unsqueeze(2), a_.unsqueeze(1)).flatten(1);
    return at::cat({weight, delta_}, 1);
  }

  std::unique_ptr<LayerGradients> rows(const Tensor& index) const override {
    return std::make_unique<OuterProductGradients>(a_.index_select(0, index), delta_.index_select(0, index));
  }

 private:
  // So few couples take less time than the operations that would do without them.
  static constexpr std::int64_t few = 1 << 14;

  // sum over i, j of (<a_i, a_j> + 1) <d_i, d_j>: fewer operations than the sum of outer products where groups are small.
  Tensor norms_by_couples(const Groups& groups) const {
    const std::int64_t count = groups.blocks.size(0), longest = groups.blocks.size(1);
    const Tensor a = a_.contiguous(), delta = delta_.contiguous(), own = norms();
    const Tensor result = at::empty({count}, own.options());
    const auto* rows = groups.blocks.const_data_ptr<std::int64_t>();
    const auto* present = groups.present.const_data_ptr<bool>();
    const auto* norm = own.const_data_ptr<double>();
    auto* to = result.mutable_data_ptr<double>();
    AT_DISPATCH_FLOATING_TYPES(a.scalar_type(), "norms_by_couples", [&] {
      at::parallel_for(0, count, 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t k = first; k < last; ++k) {
          const auto* of = rows + k * longest;
          const std::int64_t m = std::count(present + k * longest, present + (k + 1) * longest, true);
          to[k] = 2 * loops::couples(a.const_data_ptr<scalar_t>(), a.size(1),
                                     delta.const_data_ptr<scalar_t>(), delta.size(1), of, m);
          for (std::int64_t i = 0; i < m; ++i) to[k] += norm[of[i]];
        }
      });
    });
    return result;
  }

  static Tensor in_blocks(const Tensor& x, const Groups& groups) {
    return x.index_select(0, groups.blocks.flatten()).unflatten(0, groups.blocks.sizes());
  }

  Tensor a_, delta_;
  mutable Tensor norms_;  // once they were asked for
};

}  // namespace

std::unique_ptr<LayerGradients> outer_product_gradients(Tensor a, Tensor delta) {
  return std::make_unique<OuterProductGradients>(std::move(a), std::move(delta));
}

}  // namespace weir
