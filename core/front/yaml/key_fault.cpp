// core/front/yaml/key_fault.cpp -- keys that are none, or not what one sees.
#include <weir/front/yaml/key_fault.hpp>

#include <fmt/format.h>

#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/misspelt_line.hpp>
#include <weir/text/invisible.hpp>
#include <weir/text/utf8.hpp>

namespace weir::yaml {

using wording::quote;

Fault empty_key(const Source& source, const Place& place) {
  const auto fault = [&](const std::string& message, const std::string& remedy) {
    return Fault{"W109", place, message, remedy, {}, {}};
  };
  const std::string rest = utf8::part(source.line(place.line), static_cast<std::size_t>(place.column) - 1, 4);
  for (const std::string word : {"null", "~"})
    if (rest.starts_with(word))
      return fault("a key is a word, and " + quote(word) + " stands for no value",
                   "write \"" + word + "\" with its quotes");
  if (rest.starts_with(':')) return fault("a key is missing before this colon", "write key: value");
  return fault("an entry is empty here", "remove a ',' that is too many");
}

std::optional<Fault> key_fault(const Entry& entry) {
  // A key without a value to YAML.
  if (const auto found = entry.value.is_null() ? misspelt_entry(entry.key) : std::nullopt)
    return Fault{"W105", entry.place, "this is not YAML: " + found->message, found->remedy, {}, {}};
  std::string seen;
  std::optional<char32_t> hidden;
  utf8::each(entry.key, [&](const utf8::Character& character) {
    const bool visible = !character.code || utf8::invisible_name(*character.code).empty();
    if (visible) seen += character.bytes;
    if (!visible && !hidden) hidden = character.code;
  });
  if (!hidden) return std::nullopt;
  return Fault{"W104",
               entry.place,
               fmt::format("the key {} holds {} ({})", quote(entry.key), utf8::invisible_name(*hidden),
                           utf8::code_point(*hidden)),
               "write " + seen,
               {},
               {}};
}

}  // namespace weir::yaml
