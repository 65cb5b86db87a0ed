// tools/check/checks/checks.cpp -- the list of checks.
#include "checks.hpp"

namespace weir::conformance {

const std::vector<Check>& checks() {
  static const std::vector<Check> all = {
      {"declares", "names, descriptions, units, defaults and limits are in order", declares, false},
      {"defaults", "it plans and runs with its defaults", runs_with_defaults, false},
      {"promises", "outputs are set as planned, hold no NaN, and inputs stay as they are",
       keeps_its_promises},
      {"float64", "it runs in float64 as in float32", runs_in_float64},
      {"laws", "the laws of its kind hold", keeps_the_laws, false},
      {"bounds", "values within the limits run or give a fault; values outside are refused",
       keeps_within_bounds},
      {"errors", "extreme values end in numbers or in errors that name the node", survives_extremes},
      {"repeats", "the same seed gives the same bytes", repeats},
      {"threads", "1 and 4 threads give the same numbers", agrees_over_threads},
      {"generator", "it draws from no global random number generator", leaves_the_generator},
      {"writes", "it writes no file and prints nothing", writes_nothing},
      {"resumes", "stopped and resumed, or shared, it gives the same bytes", resumes}};
  return all;
}

}  // namespace weir::conformance
