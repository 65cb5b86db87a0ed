// plugins/trainer/batch_gradient.hpp -- the gradient of a batch's mean loss, in chunks of its rows where it does not fit into memory at once.
//
//   g = sum_c (B_c / B) grad mean_(i in c) l_i        chunks c of the rows of the batch in their order
//
// The batch is drawn as a whole: where x0 and x1 are matched, they are matched as without chunks, and the numbers are the same but for the
// order of sums. What a chunk takes less is what autograd keeps of its pass.
#pragma once

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/kinds/facets/flow_matching_parts.hpp>
#include <weir/kinds/learn/matched_context.hpp>
#include <weir/kinds/learn/probe.hpp>
#include <weir/math/variance/infinite_moments.hpp>
#include <weir/math/variance/row_gradients.hpp>

namespace weir {

// Faults of chunks that would not give the batch's numbers.
inline void plan_chunk(const Objective& objective, const Ports<Probe>& probes, std::int64_t chunk,
                       std::int64_t batch, Plan& plan) {
  if (chunk > batch)
    plan.fault("chunk", fmt::format("chunk is {} but a step has {} rows; it must not be more", chunk, batch),
               "leave chunk out");
  // The rows of flow matching depend on each other as pairs alone, which are drawn before they are parted.
  if (objective.dependent_rows() && !facet<FlowMatchingParts>(objective))
    plan.fault(
        "chunk",
        fmt::format(
            "the rows of '{}' depend on each other, and it does not say that their losses do not: a chunk's "
            "loss may be another than its part of the batch's",
            objective.path()),
        "leave chunk out, or use objective/flow_matching");
  for (const auto& [name, probe] : probes())
    if (probe->per_sample())
      plan.fault(
          "chunk",
          fmt::format("probe '{}' asks for the gradients of all rows of a step at once", probe->path()),
          "leave the probe or chunk out");
}

inline LossGradients batch_gradient(const Objective& objective, const Field& field, const Params& params,
                                    const Sample& sample, std::optional<std::int64_t> chunk,
                                    bool per_sample) {
  const std::int64_t rows = sample.batch.unit.size(0);
  if (!chunk || *chunk >= rows) return loss_gradients(objective, field, params, sample, per_sample);
  std::optional<LossGradients> sum;
  for (std::int64_t first = 0; first < rows; first += *chunk) {
    const std::int64_t size = std::min(*chunk, rows - first);
    const double share = static_cast<double>(size) / static_cast<double>(rows);
    LossGradients part =
        loss_gradients(objective, field, params,
                       sample.rows(at::arange(first, first + size, sample.batch.unit.options())), false);
    at::_foreach_mul_(part.gradients.mean, share);
    if (!sum) {
      sum = std::move(part);
      continue;
    }
    at::_foreach_add_(sum->gradients.mean, part.gradients.mean);
    sum->loss.rows = at::cat({sum->loss.rows, part.loss.rows});
    for (std::size_t i = 0; i < sum->loss.terms.size(); ++i)
      sum->loss.terms[i].second = at::cat({sum->loss.terms[i].second, part.loss.terms[i].second});
  }
  return std::move(*sum);
}

// What is to be known of a loss before it is minimised.
inline void warn_of_loss(const Objective& objective, Run& run) {
  if (const std::string why = infinite_target(objective, /*power=*/2); !why.empty())
    run.warn(fmt::format("the mean loss is infinite, and so is the variance of its gradient: {}; {}", why,
                         keep_from_the_ends(why)));
  if (const auto told = matched_context(objective); !told.empty())
    run.warn(fmt::format(
        "the pairs of a batch are matched to each other, so that given {0} x0 has not the law of the "
        "source: a flow that is told {0} from points of the source misses its law (arXiv 2503.10636); use "
        "independent pairs, or those of coupling/ot with {1}",
        fmt::join(told, " and "),
        std::ranges::count(told, "y") > 0 ? "a condition_weight" : "within_classes"));
}

// Where per-sample gradients are asked for and no tape gives them.
inline void warn_of_rows(const Objective& objective, const Field& field, Run& run) {
  if (!(field.taped() && objective.taped()))
    run.warn(
        fmt::format("this {} has no taped layers: per-sample gradients take one backward pass per sample",
                    field.taped() ? "objective" : "field"));
}

}  // namespace weir
