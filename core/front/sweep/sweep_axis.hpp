// core/front/sweep/sweep_axis.hpp -- one axis of a sweep as it is written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>
#include <weir/front/document/document.hpp>
#include <weir/front/faults/fault.hpp>

namespace weir::check {

// An axis before its values are checked: for each point what it assigns.
struct WrittenAxis {
  SweepAxis axis;
  std::vector<std::vector<Setting>> settings;  // per point
};

// Reads {set, values}, {zip}, {cases} or {count} (seeds from `seed` on). Nothing, and a fault W401, if it is
// none of them.
std::optional<WrittenAxis> read_axis(const yaml::Entry& entry, std::uint64_t seed, Faults& faults);

// The value as one YAML flow text that reads back as the same value.
std::string flow_text(const yaml::Node& value);

}  // namespace weir::check
