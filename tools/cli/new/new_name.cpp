// tools/cli/new/new_name.cpp -- names for what `weir new` makes.
#include "new_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include <weir/front/faults/wording.hpp>

#include <system/exit.hpp>

namespace weir::tools {
namespace {

constexpr std::size_t longest = 64;  // leaves room in file names and in the note of a plugin library

// By value, since the C library's answers follow the locale.
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_valid(const std::string& name) {
  return !name.empty() && name.size() <= longest && is_lower(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

// "noise/My-Sine.cpp" -> "my_sine"; "" if nothing is left of it.
std::string valid_form(const std::string& word) {
  std::string name;
  for (const char c : std::filesystem::path(word).stem().string()) {
    const char lower = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    if (name.empty() && !is_lower(lower)) continue;
    name += is_lower(lower) || is_digit(lower) ? lower : '_';
  }
  name.resize(std::min(name.size(), longest));
  while (name.ends_with('_')) name.pop_back();
  return name;
}

std::string camel_case(const std::string& name) {
  std::string camel;
  bool raise = true;
  for (const char c : name) {
    if (c != '_') camel += raise && is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
    raise = c == '_';
  }
  return camel;
}

}  // namespace

void check_name(const std::string& name) {
  if (name == "null")
    throw CommandError(invalid,
                       "'null' is YAML's word for nothing and names nothing; take one such as null_2");
  if (is_valid(name)) return;
  const std::string form = valid_form(name);
  throw CommandError(
      invalid, fmt::format("a name has letters a-z, digits and '_', begins with a letter and is at most {} "
                           "characters long, not {}{}",
                           longest, wording::quote(name),
                           form.empty() ? "; take one such as sine_2" : "; take " + form));
}

std::string class_name(const std::string& name, const std::string& kind) {
  const std::string camel = camel_case(name);
  // `using weir::Tensor`, and macros of the C library such as EOF, which have no lower-case letter.
  const bool taken = camel == "Tensor" || (camel.size() > 1 && std::ranges::none_of(camel, is_lower));
  return taken ? camel + camel_case(kind) : camel;
}

}  // namespace weir::tools
