// core/kinds/flow/integrator.cpp -- what all integrators share: chunks of rows, the times that are kept, points that are lost.
#include <weir/kinds/flow/integrator.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <weir/kinds/facets/young_average.hpp>
#include <weir/kinds/flow/source.hpp>

namespace weir {
namespace {

// Points with a coordinate that is not finite.
std::int64_t n_lost(const Tensor& x) {
  return x.size(0) - at::isfinite(x).flatten(1).all(1).sum().item<std::int64_t>();
}

// Whether a field was trained is seen from its parameters: where nothing has set them, another seed gives others.
bool differ(const Params& one, const Params& other) {
  for (std::size_t i = 0; i < one.tensors().size(); ++i)
    if (!at::equal(one.tensors()[i].second, other.tensors()[i].second)) return true;
  return false;
}

void warn_of_field(const Field& field, const Domain& domain, const Params& params, const Rng& rng, Run& run) {
  if (const auto young = facet<YoungAverage>(field))
    run.warn(
        fmt::format("the field is an average of which {:.0f} % are the initial parameters still, after {} "
                    "steps of training: take the last "
                    "parameters (train.field for train.ema), set ema_warmup: true{}",
                    100 * young->start, young->steps,
                    young->enough > 0 ? fmt::format(", or train for {} steps at least", young->enough) : ""));
  if (params.empty()) return;
  Rng other = rng.at("other parameters");
  if (differ(params, field.init(domain, other)))
    run.warn(
        fmt::format("nothing has trained field '{}': its parameters are random; take what a trainer gives, "
                    "as field: train.field, or "
                    "field/recorded of another run",
                    field.path()));
}

}  // namespace

Integrator::~Integrator() = default;

std::vector<double> Integrator::saved_times() const {
  if (save_at_.given()) return save_at_();
  std::vector<double> times;
  const auto last = static_cast<double>(save_() - 1);
  for (std::int64_t i = 0; i + 1 < save_(); ++i)
    times.push_back(from() + (until() - from()) * (static_cast<double>(i) / last));
  if (save_() > 0) times.push_back(until());  // 1 + (0.1 - 1) is not 0.1
  return times;
}

void Integrator::plan(Plan& plan) {
  const Shape& start = start_.shape();
  if (start.size() < 2) {
    plan.fault("start", "an integrator's start needs points [n, ...]; this tensor has no item axis");
    return;
  }
  if (start.front() < 1)
    plan.fault("start", "an integrator's start needs at least one point, and this tensor has none");
  if (from() == until())
    plan.fault("until",
               fmt::format("until is {}, where the flow starts: there is nothing to follow", until()),
               "set `until`, or `from`, to another time");
  if (save_() == 1)
    plan.fault("save",
               "save is 1, but the times that are kept include both ends; save must be 0 or at least 2",
               "for one time: save_at: [t]");
  if (save_at_.given()) {
    if (save_() > 0)
      plan.fault("save_at", "save and save_at both say which times are kept", "remove one of them");
    const std::vector<double>& times = save_at_();
    const double direction = until() > from() ? 1 : -1;
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (direction * (times[i] - from()) < 0 || direction * (until() - times[i]) < 0)
        plan.fault("save_at", fmt::format("save_at has {}, which is not on the way from {} to {}", times[i],
                                          from(), until()));
      if (i > 0 && direction * (times[i] - times[i - 1]) <= 0)
        plan.fault("save_at",
                   fmt::format("save_at goes in the order of the way from {} to {}: {} comes after {}",
                               from(), until(), times[i], times[i - 1]));
    }
  }
  Domain domain = domain_of(start, context_, plan);
  if (guidance_.given() && context_.shapes().empty())
    plan.fault("guidance", "guidance weighs a context, and there is none",
               "write context: {label: ...}, or remove guidance");
  domain.left_out = guided();
  if (!plan.clean()) return;
  field_->plan_for(domain, plan);
  if (!plan.clean()) return;
  end_.plan(start, dims_of("pair", domain.item));
  if (nfe_of_each_row())
    nfe_.plan({start.front()}, {"pair"});
  else
    nfe_.plan({}, {});
  if (const auto times = static_cast<std::int64_t>(saved_times().size()); times > 0) {
    Shape saved{times};
    saved.insert(saved.end(), start.begin(), start.end());
    std::vector<std::string> dims = dims_of("pair", domain.item);
    dims.insert(dims.begin(), "time");
    trajectory_.plan(saved, std::move(dims));
    time_.plan({times}, {"time"});
  }
}

Velocity Integrator::velocity(const Params& params, const Context& context, const Rows& chunk) const {
  if (context.empty())
    return [&](const Tensor& x, const Tensor& t) { return field_->velocity(params, x, t); };
  const Context here = rows_of(context, chunk.first, chunk.x.size(0));
  return Velocity(
      Velocity::OfRows([this, &params, here](const Tensor& x, const Tensor& t, const Tensor& rows) {
        const Context told = rows.defined() ? rows_of(here, rows) : here;
        const Tensor with = field_->velocity(params, x, t, told);
        if (!guided()) return with;
        const Tensor without = field_->velocity(params, x, t, left_out(told));
        return without + guidance_() * (with - without);
      }));
}

void Integrator::run(Run& run) {
  const Tensor start = start_().to(options());
  const std::vector<double> saved = saved_times();
  const Context context = context_of(context_, options());
  Rng rng = this->rng().at("init");
  const Domain domain = domain_of(start, context);
  const Params params = field_->init(domain, rng);
  warn_of_field(*field_, domain, params, rng, run);

  std::vector<Tensor> ends, trajectories, evaluations;
  std::int64_t lost = 0;
  std::optional<double> lost_after;
  const double direction = until() > from() ? 1 : -1;
  const std::int64_t n = start.size(0), chunks = (n + chunk_() - 1) / chunk_();
  for (std::int64_t c = 0; c < chunks; ++c) {
    const Rows rows{start.narrow(0, c * chunk_(), std::min(chunk_(), n - c * chunk_())), c * chunk_()};
    const Path path =
        follow(velocity(params, context, rows), rows, saved, [&](std::int64_t done, std::int64_t total) {
          run.progress(c * total + done, chunks * total, {});
          if (run.stop_requested() && done < total) throw Stopped();
        });
    lost += n_lost(path.end);
    if (path.lost_after && (!lost_after || direction * (*path.lost_after - *lost_after) < 0))
      lost_after = path.lost_after;
    ends.push_back(path.end);
    evaluations.push_back(guided() ? 2 * path.nfe : path.nfe);
    if (!saved.empty()) trajectories.push_back(at::stack(path.saved));
  }
  if (lost > 0)
    run.warn(fmt::format("{} of {} points end as NaN or infinity, {}", lost, n,
                         n_lost(start) > 0 || !lost_after
                             ? "and the start holds some already"
                             : fmt::format("the first after t = {:.6g}: {}, or see what the field is there",
                                           *lost_after, remedy())));
  end_.set(at::cat(ends));
  nfe_.set(nfe_of_each_row() ? at::cat(evaluations) : evaluations.front());
  if (!saved.empty()) {
    trajectory_.set(at::cat(trajectories, 1));
    time_.set(at::tensor(saved, at::kDouble));
  }
}

}  // namespace weir
