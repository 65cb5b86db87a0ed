// core/math/variance/row_gradients.cpp -- a row's own loss, and its gradient.
#include <weir/math/variance/row_gradients.hpp>

#include <weir/math/autograd/layer_gradients.hpp>
#include <weir/math/autograd/pass.hpp>

namespace weir {
namespace {

Tensor number_of(std::int64_t i, const Tensor& beside) {
  return at::full({1}, i, beside.options().dtype(at::kLong).requires_grad(false));
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
    const Tensor loss = objective.loss(field, params, sample.rows(number_of(i, losses))).rows;
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

namespace {

// d mean loss / d v = -2 w_i (u_i - v_i) / B, in the order of operations that autograd has.
LossGradients regressed(const Objective::Regression& of, Pass& pass, bool per_sample) {
  const Tensor rest = of.u.flatten(1) - pass.output();
  Tensor rows = rest.square().sum(1), each = at::ones({}, rows.options()).div_(rows.size(0));
  if (of.w.defined()) {
    rows = rows * of.w;
    each = (each * of.w).unsqueeze(1);
  }
  return {Loss(rows), pass.backward((rest * -2).mul_(each), per_sample)};  // in the order of the parameters
}

}  // namespace

LossGradients loss_gradients(const Objective& objective, const Field& field, const Params& params,
                             const Sample& sample, bool per_sample) {
  if (const auto regression = objective.regression(sample))
    if (const auto pass = field.pass(params, regression->x, regression->t, regression->context))
      return regressed(*regression, *pass, per_sample);
  Tape tape;
  const bool taped = field.taped() && objective.taped();
  const Params live = params.requiring_grad();
  Loss loss = objective.loss(field, taped ? live.taped(tape) : live, sample);
  std::unique_ptr<PerSampleGradients> by_row;
  if (per_sample && !taped)
    by_row =
        std::make_unique<PerSampleGradients>(gradients_by_row(objective, field, live, sample, loss.rows));
  Gradients found = gradients(loss.rows, live, per_sample && taped ? &tape : nullptr);
  if (by_row) found.per_sample = std::move(by_row);
  loss.rows = loss.rows.detach();
  for (auto& [name, term] : loss.terms) term = term.detach();
  return {std::move(loss), std::move(found)};
}

}  // namespace weir
