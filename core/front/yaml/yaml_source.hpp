// core/front/yaml/yaml_source.hpp -- the text of a YAML file: what bytes it may hold, and the place of each
// position.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <weir/front/faults/fault.hpp>
#include <weir/front/faults/place.hpp>

namespace weir::yaml {

// Text without byte-order mark and carriage returns. Positions count bytes from 0, as yaml-cpp's marks do.
class Source {
 public:
  Source(const std::string& bytes, std::string name);

  const std::string& text() const { return text_; }
  const std::string& name() const { return name_; }

  // The text of a line, from 1 on; "" past the end.
  std::string line(int number) const;
  // Where a tab stands before the first word of a line; nothing if none does.
  std::optional<Place> indenting_tab(int line) const;

  // Faults of the bytes themselves: too large, empty, control bytes, broken UTF-8, invisible characters that indent. Tabs are left to
  // whoever knows whether they indent: on blank lines, before comments and between brackets they are blanks.
  bool check(Faults& faults) const;

  // One character at a position; columns count characters, not bytes.
  Place place(int position) const;
  // The span of the value that starts at a position: past its tag and anchor, up to the closing quote or
  // bracket on the same line.
  Place value_place(int position) const;
  // Whether the value that starts at a position stands there as it is, on one line.
  bool reads(int position, const std::string& value) const;
  // Whether a value written in [ ] or { } starts at the position.
  bool opens(int position) const;
  // Whether that bracket is closed somewhere.
  bool closes(int position) const;
  // Whether the two bytes before the position (blanks aside) are "${" or "$".
  bool dollar_before(int position) const;

 private:
  std::size_t after_properties(int position) const;
  std::size_t closing(std::size_t from, std::size_t end) const;
  int span(int position) const;

  std::string text_;
  std::string name_;
  std::vector<std::size_t> lines_;  // where each begins
  mutable std::size_t counted_to_ = 0;
  mutable int column_ = 1;  // of counted_to_
};

}  // namespace weir::yaml
