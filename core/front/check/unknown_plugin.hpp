// core/front/check/unknown_plugin.hpp -- the fault of a plugin that is not installed.
#pragma once

#include <string>

#include <weir/front/faults/fault.hpp>
#include <weir/front/plugins/registry.hpp>
#include <weir/front/yaml/yaml.hpp>

namespace weir::check {

// Fault W201 at `plugin`, the value of the key: near names, the plugins of the kind, the folders searched,
// and the libraries that were rejected with their reasons. `kind` is the port's, "" if the name must carry
// it.
Fault unknown_plugin(const Registry& registry, const yaml::Node& plugin, const std::string& kind,
                     const std::string& node);

}  // namespace weir::check
