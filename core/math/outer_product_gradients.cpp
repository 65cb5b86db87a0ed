// core/math/outer_product_gradients.cpp -- per-sample gradients of a linear layer, known by their two factors.
#include <algorithm>
#include <utility>

#include <weir/math/layer_gradients.hpp>

namespace weir {
namespace {

// ||a_i|| in the graph's dtype, then float64, [B].
Tensor row_norms(const Tensor& a) { return at::linalg_vector_norm(a, 2, {1}).to(at::kDouble); }

// <a_i, b_i> in float64, [B].
Tensor row_dots(const Tensor& a, const Tensor& b) { return (a.to(at::kDouble) * b.to(at::kDouble)).sum(1); }

// ||a_i||^2 in float64, [B].
Tensor row_squares(const Tensor& a) { return a.to(at::kDouble).square().sum(1); }

// Rows of x in blocks of equal length, one block per group, filled up with zeros: [groups, longest, width].
Tensor in_blocks(const Tensor& x, const Grouping& groups, std::int64_t longest, const Tensor& slots) {
  const auto blocks = static_cast<std::int64_t>(groups.counts.size());
  return at::zeros({blocks * longest, x.size(1)}, x.options())
      .index_copy_(0, slots, x.index_select(0, groups.order))
      .view({blocks, longest, x.size(1)});
}

class OuterProductGradients final : public LayerGradients {
 public:
  OuterProductGradients(Tensor a, Tensor delta) : a_(std::move(a)), delta_(std::move(delta)) {}

  std::int64_t batch() const override { return a_.size(0); }

  Tensor norms() const override { return (row_norms(a_).square() + 1) * row_norms(delta_).square(); }

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

  Tensor group_norms(const Tensor& group, std::int64_t groups) const override {
    const Grouping order = grouping(group, groups);
    const std::int64_t longest = *std::max_element(order.counts.begin(), order.counts.end());
    if (longest == 0) return at::zeros({groups}, a_.options().dtype(at::kDouble));
    const Tensor slots = slots_of(order, longest);
    const Tensor a = in_blocks(a_, order, longest, slots);
    const Tensor d = in_blocks(delta_, order, longest, slots);
    const std::int64_t in = a_.size(1), out = delta_.size(1);

    if (longest * (in + out) <= in * out) {
      // sum over i, j of <a_i, a_j> <d_i, d_j>: fewer operations than the sum of outer products when groups are small.
      return ((a.bmm(a.transpose(1, 2)).to(at::kDouble) + 1) * d.bmm(d.transpose(1, 2)).to(at::kDouble))
          .sum({1, 2});
    }
    std::vector<Tensor> norms;
    for (std::int64_t k = 0; k < groups; ++k) {
      norms.push_back(d[k].t().mm(a[k]).to(at::kDouble).square_().sum());
    }
    return at::stack(norms) + d.sum(1, false, at::kDouble).square().sum(1);
  }

  Tensor dense() const override {
    const Tensor weight = at::bmm(delta_.unsqueeze(2), a_.unsqueeze(1)).flatten(1);
    return at::cat({weight, delta_}, 1);
  }

  std::unique_ptr<LayerGradients> rows(const Tensor& index) const override {
    return std::make_unique<OuterProductGradients>(a_.index_select(0, index), delta_.index_select(0, index));
  }

 private:
  // Where the rows of each group go in blocks of `longest` rows.
  Tensor slots_of(const Grouping& order, std::int64_t longest) const {
    std::vector<std::int64_t> slots;
    for (std::size_t k = 0; k < order.counts.size(); ++k) {
      for (std::int64_t i = 0; i < order.counts[k]; ++i)
        slots.push_back(static_cast<std::int64_t>(k) * longest + i);
    }
    return at::tensor(slots, at::kLong).to(a_.device());
  }

  Tensor a_, delta_;
};

}  // namespace

std::unique_ptr<LayerGradients> outer_product_gradients(Tensor a, Tensor delta) {
  return std::make_unique<OuterProductGradients>(std::move(a), std::move(delta));
}

Grouping grouping(const Tensor& group, std::int64_t groups) {
  const Tensor host = group.to(at::kCPU, at::kLong).contiguous();
  const std::int64_t* of = host.const_data_ptr<std::int64_t>();
  Grouping result{{}, std::vector<std::int64_t>(static_cast<std::size_t>(groups))};
  for (std::int64_t i = 0; i < host.size(0); ++i) {
    if (of[i] >= groups) {
      throw std::out_of_range("row " + std::to_string(i) + " is in group " + std::to_string(of[i]) + " of " +
                              std::to_string(groups));
    }
    if (of[i] >= 0) ++result.counts[static_cast<std::size_t>(of[i])];
  }
  std::vector<std::int64_t> next(result.counts.size());
  std::int64_t kept = 0;
  for (std::size_t k = 0; k < next.size(); ++k) {
    next[k] = kept;
    kept += result.counts[k];
  }
  std::vector<std::int64_t> order(static_cast<std::size_t>(kept));
  for (std::int64_t i = 0; i < host.size(0); ++i) {
    if (of[i] >= 0) order[static_cast<std::size_t>(next[static_cast<std::size_t>(of[i])]++)] = i;
  }
  result.order = at::tensor(order, at::kLong).to(group.device());
  return result;
}

}  // namespace weir
