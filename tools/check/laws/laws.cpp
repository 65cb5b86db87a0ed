// tools/check/laws/laws.cpp -- the laws of each kind.
#include "laws.hpp"

#include <map>

namespace weir::conformance {

const std::vector<Law>& laws_of(const std::string& kind) {
  static const std::map<std::string, std::vector<Law>> laws = {{"coupling", coupling_laws()},
                                                               {"field", field_laws()},
                                                               {"integrator", integrator_laws()},
                                                               {"interpolant", interpolant_laws()},
                                                               {"metric", metric_laws()},
                                                               {"network", network_laws()},
                                                               {"noise", noise_laws()},
                                                               {"objective", objective_laws()},
                                                               {"optimiser", optimiser_laws()},
                                                               {"probe", probe_laws()},
                                                               {"schedule", schedule_laws()},
                                                               {"source", source_laws()},
                                                               {"time", time_laws()},
                                                               {"trainer", trainer_laws()}};
  static const std::vector<Law> none;
  const auto found = laws.find(kind);
  return found == laws.end() ? none : found->second;
}

}  // namespace weir::conformance
