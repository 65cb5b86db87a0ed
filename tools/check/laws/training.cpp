// tools/check/laws/training.cpp -- short trainings in a small world.
#include "training.hpp"

#include <check/bench/broken.hpp>

namespace weir::conformance {

void StoppingRun::checkpoint(const std::function<State()>& save, bool now) {
  if (!now) return;
  state.clear();
  for (const auto& [name, value] : save()) state[name] = value.clone();
}

Training::Training(const World& world, const Subject& subject, const nlohmann::json& params,
                   const std::vector<Given>& given, std::uint64_t seed)
    : trainer(world.planned<Trainer>(subject, {where_taken(subject, params), given, seed, "train"})) {
  rows.watch(*trainer);
}

std::vector<const Field*> Training::fields() const {
  std::vector<const Field*> fields;
  for (const AnyOutput* output : trainer->outputs())
    if (const auto* field = dynamic_cast<const Output<Field>*>(output); field && field->given())
      fields.push_back(field->get());
  return fields;
}

std::vector<Tensor> Training::results() const {
  std::vector<Tensor> values;
  Rng unused(0, "", f64);
  for (const Field* field : fields()) {
    const Params params = field->init({2}, unused);
    for (const auto& [name, value] : params.tensors()) values.push_back(value);
  }
  return values;
}

}  // namespace weir::conformance
