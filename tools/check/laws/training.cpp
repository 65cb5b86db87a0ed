// tools/check/laws/training.cpp -- short trainings in a small world.
#include "training.hpp"

#include <check/bench/broken.hpp>

namespace weir::conformance {
namespace {

std::shared_ptr<Trainer> planned(const World& world, const Subject& subject, Setup setup) {
  try {
    return world.planned<Trainer>(subject, setup);
  } catch (const Skipped&) {
    for (const PortSchema& port : subject.schema.ports)
      if (port.kind == "coupling")
        setup.given.push_back(
            {port.name, world.run<Coupling>(subject.other("coupling/chain", {{"draw", {{"fixed", 16}}}}))});
    return world.planned<Trainer>(subject, setup);
  }
}

template <class T>
std::vector<const T*> given_by(const Trainer& trainer) {
  std::vector<const T*> all;
  for (const AnyOutput* output : trainer.outputs())
    if (const auto* one = dynamic_cast<const Output<T>*>(output); one && one->given())
      all.push_back(one->get());
  return all;
}

}  // namespace

void StoppingRun::checkpoint(const std::function<State()>& save, bool now) {
  if (!now) return;
  state.clear();
  for (const auto& [name, value] : save()) state[name] = value.clone();
}

Training::Training(const World& world, const Subject& subject, const nlohmann::json& params,
                   const std::vector<Given>& given, std::uint64_t seed)
    : trainer(planned(world, subject, {where_taken(subject, params), given, seed, "train"})) {
  rows.watch(*trainer);
}

std::vector<const Field*> Training::fields() const { return given_by<Field>(*trainer); }
std::vector<const Interpolant*> Training::paths() const { return given_by<Interpolant>(*trainer); }

Interpolant::Point Training::on(const Interpolant& path) {
  const Rng rng(4, "law", f64);
  Batch pairs;
  pairs.points = {rng.at("x0").normal({5, 2}), rng.at("x1").normal({5, 2})};
  return path.at(pairs, rng.at("t").uniform({5}), rng.at("z").normal({5, 2}));
}

std::vector<Tensor> Training::results() const {
  std::vector<Tensor> values;
  Rng unused(0, "", f64);
  for (const Field* field : fields()) {
    const Params params = field->init({2}, unused);
    for (const auto& [name, value] : params.tensors()) values.push_back(value);
  }
  for (const Interpolant* path : paths()) {
    auto [xt, ut] = on(*path);
    values.insert(values.end(), {std::move(xt), std::move(ut)});
  }
  return values;
}

}  // namespace weir::conformance
