// tools/lab/sweep/event.hpp -- what weir-run tells, read as what strangers may have written.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace weir::tools {

// The event of a line: an object whose "event" is a text and whose known values are of the kinds that readers take for granted.
// Nothing if it is none. Its texts are as a terminal may be given them, and cut at a sane length.
std::optional<nlohmann::json> event_of(const std::string& line);

// The warning of a run whose plugins have printed: how much, and how it begins. `output`: what was kept of it.
nlohmann::json printed(const std::string& output, std::uint64_t bytes);

}  // namespace weir::tools
