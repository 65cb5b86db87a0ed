// core/front/yaml/key_fault.hpp -- keys that are none, or not what one sees.
#pragma once

#include <optional>

#include <weir/front/faults/fault.hpp>
#include <weir/front/yaml/yaml.hpp>
#include <weir/front/yaml/yaml_source.hpp>

namespace weir::yaml {

// Fault W109: nothing, null or ~ stands where a key should.
Fault empty_key(const Source& source, const Place& place);

// Fault W105 of a key that was meant as `key: value`, as in {dim:2}, and W104 of one that holds characters nobody sees.
std::optional<Fault> key_fault(const Entry& entry);

}  // namespace weir::yaml
