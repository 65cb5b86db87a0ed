// core/front/yaml/syntax_fault.cpp -- yaml-cpp's messages, and lines that explain them.
#include <weir/front/yaml/syntax_fault.hpp>

#include <map>
#include <string>
#include <utility>

#include <weir/front/yaml/misspelt_line.hpp>

namespace weir::yaml {
namespace {

// What stands in a line that yaml-cpp cannot read, or in one above, and is the cause.
Faults causes(const Source& source, int line) {
  if (const auto tab = source.indenting_tab(line))
    return {{"W104", *tab, "YAML does not indent with tabs", "use spaces", {}, {}}};
  return misspelt_lines(source, line);
}

// yaml-cpp's message in words that say what to do.
Fault syntax_fault(const Source& source, const YAML::Exception& error, const Place* open_flow) {
  static const std::map<std::string, std::pair<std::string, std::string>> words = {
      {YAML::ErrorMsg::MAP_VALUE,
       {"a ':' cannot stand here", "write 'key: value' on a line of its own, or quote the text"}},
      {YAML::ErrorMsg::MAP_KEY, {"a key cannot stand here", "check the indentation"}},
      {YAML::ErrorMsg::BLOCK_ENTRY,
       {"a list item '-' cannot stand here", "start the list on the next line, or write [a, b]"}},
      {YAML::ErrorMsg::END_OF_MAP,
       {"this line does not belong to the map above it", "check the indentation"}},
      {YAML::ErrorMsg::END_OF_SEQ,
       {"this line does not belong to the list above it", "check the indentation"}},
      {YAML::ErrorMsg::END_OF_MAP_FLOW, {"a ',' or '}' is missing", ""}},
      {YAML::ErrorMsg::END_OF_SEQ_FLOW, {"a ',' or ']' is missing", ""}},
      {YAML::ErrorMsg::FLOW_END, {"this closes nothing that was opened", "remove it"}},
      {YAML::ErrorMsg::EOF_IN_SCALAR, {"a quote is opened and never closed", "close the quote"}},
      {YAML::ErrorMsg::UNKNOWN_TOKEN,
       {"a value cannot start with this character", "put the value in quotes"}},
      {YAML::ErrorMsg::UNKNOWN_ANCHOR,
       {"no anchor of this name stands above", "write &name before the first use of *name"}},
  };
  Fault fault;
  fault.code = "W105";
  const bool end = error.mark.is_null() || static_cast<std::size_t>(error.mark.pos) >= source.text().size();
  fault.place = source.place(end && !source.text().empty() ? static_cast<int>(source.text().size()) - 1
                                                           : error.mark.pos);
  const auto found = words.find(error.msg);
  fault.message = "this is not YAML: " + (found != words.end() ? found->second.first : error.msg);
  fault.remedy = found != words.end() ? found->second.second : "";
  constexpr int longest_key = 1024;
  if (error.msg == YAML::ErrorMsg::MAP_VALUE && error.mark.column > longest_key) {
    fault.message = "this is not YAML: a key has at most 1024 characters, and this one more";
    fault.remedy = "give it a shorter name";
  }
  const bool unclosed =
      error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW || error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW;
  if (unclosed && source.dollar_before(error.mark.pos)) {
    fault.remedy = "inside { } and [ ] write \"${name}\" with its quotes";
  } else if (const Place* open = unclosed ? open_flow : nullptr) {
    Place opened = *open;
    opened.length = 1;
    if (end || error.mark.pos == 0) {
      fault.place = opened;
      fault.message = "this is not YAML: what is opened here is never closed";
    } else {
      fault.also.push_back({opened, "what is opened here is not closed"});
    }
  }
  return fault;
}

}  // namespace

Faults syntax_faults(const Source& source, const YAML::Exception& error, const Place* open_flow) {
  const Fault fault = syntax_fault(source, error, open_flow);
  const Faults found = causes(source, fault.place.line);
  return found.empty() ? Faults{fault} : found;
}

}  // namespace weir::yaml
