// core/math/variance/row_gradients.cpp -- a row's own loss, and its gradient.
#include <weir/math/variance/row_gradients.hpp>

#include <weir/math/autograd/layer_gradients.hpp>

namespace weir {
namespace {

Sample row_of(const Sample& sample, std::int64_t i) {
  const Tensor index = at::full({1}, i, sample.t.options().dtype(at::kLong));
  const auto take = [&](const Tensor& member) {
    return member.defined() ? member.index_select(0, index) : Tensor();
  };
  return {sample.batch.rows(index), take(sample.t), take(sample.z), take(sample.xt), take(sample.ut)};
}

}  // namespace

PerSampleGradients gradients_by_row(const Objective& objective, const Field& field, const Params& params,
                                    const Sample& sample, const Tensor& losses) {
  // Round-off apart: other batches are summed in another order.
  const double tolerance = losses.scalar_type() == at::kDouble ? 1e-9 : 1e-3;
  const double usual = losses.detach().abs().mean().item<double>();
  PerSampleGradients result;
  std::vector<std::vector<Tensor>> rows;
  for (std::int64_t i = 0; i < losses.size(0); ++i) {
    const Tensor loss = objective.loss(field, params, row_of(sample, i));
    if (!at::allclose(loss.detach(), losses.detach().slice(0, i, i + 1), tolerance, tolerance * usual,
                      /*equal_nan=*/true))
      return gradients_by_loop(losses, params);
    const PerSampleGradients one = gradients_by_loop(loss, params);
    rows.resize(one.layers.size());
    for (std::size_t l = 0; l < rows.size(); ++l) rows[l].push_back(one.layers[l].second->dense());
  }
  const std::vector<std::string> layers = layers_of(params);
  for (std::size_t l = 0; l < rows.size(); ++l)
    result.layers.emplace_back(layers[l], dense_gradients(at::cat(rows[l])));
  return result;
}

}  // namespace weir
