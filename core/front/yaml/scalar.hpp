// core/front/yaml/scalar.hpp -- numbers from the text of a YAML scalar.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace weir {

// Scalars from their text; nothing if the text is not one.
namespace scalar {
std::optional<std::int64_t> integer(
    const std::string& text);  // 7, -3; nothing for 2e4, 7.0 or what exceeds 64 bits
std::optional<std::int64_t> whole(const std::string& text);  // also 2e4 and 7.0, exact up to 2^53
std::optional<std::uint64_t> seed(const std::string& text);  // 0 .. 2^64 - 1
std::optional<double> number(const std::string& text);       // finite decimal; no hex, inf or nan
std::optional<double> angle(const std::string& text);        // "180 deg", "3.14 rad", "0.5"; radians
bool too_large(const std::string& text);                     // a number, but beyond what 64 bits hold
}  // namespace scalar

}  // namespace weir
