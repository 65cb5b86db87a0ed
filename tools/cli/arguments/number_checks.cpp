// tools/cli/arguments/number_checks.cpp -- numbers of options.
#include "number_checks.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include <text/number.hpp>

namespace weir::tools {
namespace {

template <class T>
std::optional<T> all_of(const std::string& text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string Whole::operator()(const std::string& text) const {
  const auto value = all_of<std::int64_t>(text);
  if (value && *value >= least && *value <= most) return "";
  return fmt::format("'{}' is no whole number from {}{}", text, least,
                     most == no_most ? "" : fmt::format(" to {}", most));
}

std::string Real::operator()(const std::string& text) const {
  const auto value = all_of<double>(text);
  if (value && std::isfinite(*value) && (above ? *value > least : *value >= least) && *value <= most)
    return "";
  return fmt::format("'{}' is no number {} {}{}", text, above ? "above" : "from", number(least),
                     std::isinf(most) ? "" : " to " + number(most));
}

}  // namespace weir::tools
