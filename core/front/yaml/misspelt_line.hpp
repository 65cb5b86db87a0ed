// core/front/yaml/misspelt_line.hpp -- lines that were meant as `key: value` and are something else to YAML: seed:1, seed = 1, nodes.
#pragma once

#include <optional>
#include <string>

#include <weir/front/faults/fault.hpp>
#include <weir/front/yaml/yaml_source.hpp>

namespace weir::yaml {

// What is wrong with "seed:1", "seed = 1" and with a colon or a blank after it that is another character than that of a keyboard.
struct Misspelt {
  std::string message, remedy;
  std::size_t from = 0, end = 0;  // bytes of the key, up to the sign after it
};
std::optional<Misspelt> misspelt_entry(const std::string& text);

// Faults W105 of the misspelt lines from `line` on upwards, blank lines and comments aside, in the order of the file. YAML says that
// something is wrong only where the next line makes no sense.
Faults misspelt_lines(const Source& source, int line);

// The fault of one line; nothing if it is not misspelt.
std::optional<Fault> misspelt_line(const Source& source, int line);

}  // namespace weir::yaml
