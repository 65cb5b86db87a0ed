// core/kinds/learn/objective.cpp -- what a sample has by name and by row, and what is said where an objective takes no field.
#include <weir/kinds/learn/objective.hpp>

#include <fmt/format.h>

#include <weir/memory.hpp>

#include <stdexcept>

namespace weir {
namespace {

class NoField final : public Field {
 public:
  Tensor velocity(const Params&, const Tensor&, const Tensor&, const Context&) const override {
    throw std::logic_error(
        "this objective says that it takes no field, and asks one for a velocity; return true from "
        "takes_field()");
  }
  Params init(const Domain&, Rng&) const override { return {}; }
  bool taped() const override { return true; }
};

}  // namespace

Objective::~Objective() = default;

const Tensor& Sample::operator[](const std::string& name) const {
  if (const auto found = draws.find(name); found != draws.end()) return found->second;
  std::string drawn;
  for (const auto& [other, value] : draws) drawn += (drawn.empty() ? "" : ", ") + other;
  throw std::out_of_range(fmt::format("the objective draws no '{}'; beside its batch it draws {}", name,
                                      drawn.empty() ? "nothing" : drawn));
}

Sample Sample::rows(const Tensor& index) const {
  Sample taken{batch.rows(index), {}};
  for (const auto& [name, value] : draws) taken.draws[name] = value.index_select(0, index);
  return taken;
}

Batch drawn_from(const Source& source, std::int64_t n, Rng& rng) {
  Batch batch;
  Tensor label;
  if (const auto size = source.size()) {
    const Tensor index = rng.integers(*size, {n});
    batch.points = {source.items(index)};
    batch.items = {index};
    batch.id = index;
    if (source.classes()) label = source.labels().index_select(0, index);
  } else {
    auto [x, drawn] = source.draw(n, rng);
    batch.points = {std::move(x)};
    batch.items = {Tensor()};
    label = std::move(drawn);
  }
  batch.unit = at::arange(n, batch.x0().options().dtype(at::kLong));
  if (!batch.id.defined()) batch.id = batch.unit;
  if (label.defined()) batch.context["label"] = std::move(label);
  return batch;
}

const Field& no_field() {
  static const NoField none;
  return none;
}

void plan_of_field(const Objective& objective, Plan& plan, bool own, const std::string& port) {
  if (!objective.takes_field())
    return plan.fault(
        port,
        fmt::format("objective '{}' asks no field, so that none can be measured at it", objective.path()),
        "use an objective of flows, such as objective/flow_matching");
  Rng rng = objective.rng().at("init");
  if (!own && !objective.init(rng).empty())
    plan.fault(
        port,
        fmt::format("the loss of '{}' has parameters beside those of the field, which are not at hand here",
                    objective.path()),
        "the trainer records it at every step; of fresh samples: trainer/gradient with from: that training, "
        "steps: 1 and a large batch");
}

void plan_rows(const Objective& objective, std::int64_t n, Plan& plan, const std::string& param,
               const std::string& taker) {
  if (const auto most = objective.most_rows(); most && n > *most)
    plan.fault(param,
               fmt::format("{} takes {} rows in one draw, and '{}' gives {} at most", taker, n,
                           objective.path(), *most),
               "take fewer; objective/classification gives any number without distinct");
  double numbers = 2 * static_cast<double>(n);  // of the two ends of each row
  for (const std::int64_t size : objective.domain().item) numbers *= static_cast<double>(size);
  plan_memory(plan, param, numbers * static_cast<double>(objective.options().dtype().itemsize()),
              fmt::format("{} of {} rows", taker, n), "take fewer rows");
}

}  // namespace weir
