// core/front/check/accepted.hpp -- what a parameter accepts, in words.
#pragma once

#include <string>

#include <weir/front/plugins/schema.hpp>

namespace weir {

std::string accepted_type(ParamType type);              // "an integer", "a list of numbers such as [1, 2]"
std::string accepted_range(const ParamSchema& schema);  // "above 0 and at most 1", "" where there is none
// "an integer, at least 1", "one of exact, sliced".
std::string accepts(const ParamSchema& schema);

}  // namespace weir
