// core/front/sweep/sweep.hpp -- the stages that follow a checked graph: what is reported, swept, expected and compared.
//
// As those before (check/check.hpp), each adds its faults to the draft and leaves out what follows from a fault that is
// already there.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <weir/front/check/check.hpp>
#include <weir/front/sweep/checked_sweep.hpp>

namespace weir::check {

void read_report(const yaml::Node& root, Draft& draft);
void read_expect(const yaml::Node& root, Draft& draft);
void read_compare(const yaml::Node& root, Draft& draft);

// The cases of the sweep that a `where` selects: axis -> value. Says nothing of axes that are faulty themselves.
std::map<std::string, nlohmann::json> read_where(const yaml::Node& root, const yaml::Node& where,
                                                 Draft& draft);
// The axis of that name; null, and fault W406 unless it is written but faulty itself, if there is none.
const SweepAxis* find_axis(const yaml::Node& root, const std::string& name, const Place& place, Draft& draft);
// The value of an axis that was written; null, and fault W406, if it never takes it.
nlohmann::json axis_value(const SweepAxis& axis, const yaml::Node& written, Draft& draft);

// The draft's graph, and what the plain axes set in it; faults go to the draft.
Structure checked_structure(const CheckedSweep& sweep, Draft& draft);

// Checks the base tree with some settings on top, without its sweep.
using Recheck = std::function<Draft(const std::vector<Setting>&)>;
// Also gives what makes the graphs of the single runs.
CheckedSweep read_sweep(const yaml::Node& root, const Recheck& recheck, Draft& draft);

}  // namespace weir::check
