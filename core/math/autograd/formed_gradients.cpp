// core/math/autograd/formed_gradients.cpp -- per-sample gradients that are formed in full, all at once or a few rows at a time.
#include <algorithm>
#include <utility>

#include <weir/math/autograd/layer_gradients.hpp>

namespace weir {
namespace {

class FormedGradients final : public LayerGradients {
 public:
  FormedGradients(Tensor a, Tensor delta, std::int64_t width, FormRows form, std::int64_t piece_bytes)
      : a_(std::move(a)),
        delta_(std::move(delta)),
        width_(width),
        form_(std::move(form)),
        piece_bytes_(piece_bytes) {}

  std::int64_t batch() const override { return delta_.size(0); }

  Tensor norms() const override {
    std::vector<Tensor> norms;
    each_piece([&](const Tensor& g, std::int64_t) { norms.push_back(g.to(at::kDouble).square().sum(1)); });
    return at::cat(norms);
  }

  Tensor centred_norms() const override {
    const Tensor one_group = at::zeros({batch()}, delta_.options().dtype(at::kLong));
    const Tensor mean = group_sums(one_group, 1)[0] / static_cast<double>(batch());
    std::vector<Tensor> norms;
    each_piece(
        [&](const Tensor& g, std::int64_t) { norms.push_back((g.to(at::kDouble) - mean).square_().sum(1)); });
    return at::cat(norms);
  }

  Tensor dots(const std::vector<Tensor>& h) const override {
    std::vector<Tensor> parts;
    for (const Tensor& part : h) parts.push_back(part.flatten());
    const Tensor direction = at::cat(parts);
    std::vector<Tensor> dots;
    each_piece([&](const Tensor& g, std::int64_t) { dots.push_back(g.mv(direction).to(at::kDouble)); });
    return at::cat(dots);
  }

  Tensor group_norms(const Groups& groups) const override {
    return group_sums(groups.of, groups.blocks.size(0)).square_().sum(1);
  }

  Tensor dense() const override {
    std::vector<Tensor> rows;
    each_piece([&](const Tensor& g, std::int64_t) { rows.push_back(g); });
    return at::cat(rows);
  }

  std::unique_ptr<LayerGradients> rows(const Tensor& index) const override {
    return std::make_unique<FormedGradients>(a_.index_select(0, index), delta_.index_select(0, index), width_,
                                             form_, piece_bytes_);
  }

 private:
  template <class Use>
  void each_piece(Use use) const {
    const std::int64_t row_bytes =
        std::max<std::int64_t>(width_ * static_cast<std::int64_t>(delta_.element_size()), 1);
    const std::int64_t step = std::max<std::int64_t>(piece_bytes_ / row_bytes, 1);
    for (std::int64_t begin = 0; begin < batch(); begin += step) {
      const std::int64_t end = std::min(begin + step, batch());
      use(form_(a_.slice(0, begin, end), delta_.slice(0, begin, end)), begin);
    }
  }

  // Sums of the rows of each group in float64, [groups, P].
  Tensor group_sums(const Tensor& group, std::int64_t groups) const {
    Tensor sums = at::zeros({groups + 1, width_}, delta_.options().dtype(at::kDouble));
    const Tensor row =
        at::where(group < 0, groups, group).to(delta_.device());  // the last sum is of rows in no group
    each_piece([&](const Tensor& g, std::int64_t begin) {
      sums.index_add_(0, row.slice(0, begin, begin + g.size(0)), g.to(at::kDouble));
    });
    return sums.slice(0, 0, groups);
  }

  Tensor a_, delta_;
  std::int64_t width_;
  FormRows form_;
  std::int64_t piece_bytes_;
};

}  // namespace

std::unique_ptr<LayerGradients> dense_gradients(Tensor g) {
  const std::int64_t width = g.size(1);
  const auto itself = [](const Tensor& rows, const Tensor&) { return rows; };
  return std::make_unique<FormedGradients>(g, g, width, itself, /*piece_bytes=*/16 << 20);
}

std::unique_ptr<LayerGradients> formed_gradients(Tensor a, Tensor delta, std::int64_t width, FormRows form,
                                                 std::int64_t kept_bytes) {
  const std::int64_t bytes = delta.size(0) * width * static_cast<std::int64_t>(delta.element_size());
  auto lazy = std::make_unique<FormedGradients>(std::move(a), std::move(delta), width, std::move(form),
                                                kept_bytes / 4);
  if (bytes > kept_bytes) return lazy;
  return dense_gradients(lazy->dense());
}

}  // namespace weir
