// tools/check/laws/laws.hpp -- what every plugin of a kind obeys.
//
// A law is a name, under which the header of its kind states it (core/kinds/), and a function that makes nodes of the plugin and
// throws Broken where they break it, or Skipped where it has nothing to say of this plugin. `weir plugin check` asks them of
// anybody's plugins, tests/laws of Weir's own.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <check/bench/subject.hpp>

namespace weir::conformance {

struct Law {
  std::string name;
  std::function<void(const Subject&)> hold;
};

// The laws of a kind, in the order of its header; none of a kind that Weir does not know.
const std::vector<Law>& laws_of(const std::string& kind);

std::vector<Law> coupling_laws();
std::vector<Law> field_laws();
std::vector<Law> integrator_laws();  // those of its base classes among them
std::vector<Law> interpolant_laws();
std::vector<Law> metric_laws();
std::vector<Law> network_laws();
std::vector<Law> noise_laws();
std::vector<Law> objective_laws();
std::vector<Law> optimiser_laws();
std::vector<Law> probe_laws();
std::vector<Law> schedule_laws();
std::vector<Law> source_laws();
std::vector<Law> time_laws();
std::vector<Law> trainer_laws();

// Law "domain" of objectives (objective_domain.cpp): on pairs without labels and with them; it may refuse those at plan.
void says_what_its_field_is_told(const Subject& subject);

// Of integrators that are derived from stepped.hpp, one_step.hpp, embedded.hpp and stochastic.hpp; of others they have nothing to say.
std::vector<Law> stepped_laws();
std::vector<Law> one_step_laws();
std::vector<Law> embedded_laws();
std::vector<Law> stochastic_laws();

}  // namespace weir::conformance
