// core/kinds/learn/probe.cpp -- the probes of a trainer: which observe a step, and what they remember.
#include <weir/kinds/learn/probe.hpp>

#include <algorithm>

namespace weir {
namespace {

std::string prefix_of(const std::string& name) { return "probes/" + name + "/"; }

}  // namespace

bool need_per_sample(const Ports<Probe>& probes, std::int64_t step) {
  return std::ranges::any_of(probes(), [&](const auto& named) {
    return named.second->per_sample() && named.second->observes(step);
  });
}

void observe(const Ports<Probe>& probes, const TrainingStep& step) {
  for (const auto& [name, probe] : probes())
    if (probe->observes(step.step)) probe->observe(step);
}

bool enough(const Ports<Probe>& probes) {
  return std::ranges::any_of(probes(), [](const auto& named) { return named.second->enough(); });
}

const Params* best(const Ports<Probe>& probes) {
  for (const auto& [name, probe] : probes())
    if (const Params* kept = probe->best()) return kept;
  return nullptr;
}

void save_probes(const Ports<Probe>& probes, State& state) {
  for (const auto& [name, probe] : probes())
    for (const auto& [key, value] : probe->save()) state[prefix_of(name) + key] = value.clone();
}

void load_probes(const Ports<Probe>& probes, const State& state) {
  for (const auto& [name, probe] : probes()) {
    const std::string prefix = prefix_of(name);
    State remembered;
    for (const auto& [key, value] : state)
      if (key.starts_with(prefix)) remembered[key.substr(prefix.size())] = value;
    if (!remembered.empty()) probe->load(remembered);
  }
}

}  // namespace weir
