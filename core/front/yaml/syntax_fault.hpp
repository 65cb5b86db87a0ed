// core/front/yaml/syntax_fault.hpp -- what yaml-cpp cannot read, in words that say what to do.
#pragma once

#include <yaml-cpp/exceptions.h>

#include <weir/front/faults/fault.hpp>
#include <weir/front/yaml/yaml_source.hpp>

namespace weir::yaml {

// Faults of the lines that are the cause, where they can be told: a tab that indents (W104), a line that was meant as `key: value`
// (W105); else one of yaml-cpp's error. `open_flow` is the innermost bracket that is open there, or nullptr.
Faults syntax_faults(const Source& source, const YAML::Exception& error, const Place* open_flow);

}  // namespace weir::yaml
