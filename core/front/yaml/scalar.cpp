// core/front/yaml/scalar.cpp -- numbers, seeds and angles from their text.
#include <charconv>
#include <cmath>
#include <numbers>

#include <weir/front/yaml/scalar.hpp>

namespace weir::scalar {
namespace {

// Made of what decimal numbers are made of.
bool decimal(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string::npos &&
         text.find_first_of("0123456789") != std::string::npos && text.find_first_of("eE") != 0;
}

// Where a number starts: after a plus sign, which from_chars does not read.
const char* start_of(const std::string& text) {
  return text.data() + (text.starts_with('+') && !text.starts_with("+-") ? 1 : 0);
}

template <class T>
std::optional<T> read(const std::string& text) {
  const char* const stop = text.data() + text.size();
  T value{};
  const auto [end, error] = std::from_chars(start_of(text), stop, value);
  if (error != std::errc() || end != stop) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::int64_t> integer(const std::string& text) { return read<std::int64_t>(text); }

std::optional<std::uint64_t> seed(const std::string& text) { return read<std::uint64_t>(text); }

std::optional<double> number(const std::string& text) {
  if (!decimal(text)) return std::nullopt;
  const auto value = read<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

bool too_large(const std::string& text) {
  const char* const stop = text.data() + text.size();
  double value = 0;
  const auto [end, error] = std::from_chars(start_of(text), stop, value);
  return decimal(text) && error == std::errc::result_out_of_range && end == stop;
}

std::optional<std::int64_t> whole(const std::string& text) {
  if (const auto exact = integer(text)) return exact;
  if (text.find_first_of(".eE") == std::string::npos) return std::nullopt;
  const auto value = number(text);
  if (!value || std::abs(*value) > 9007199254740992.0 || *value != std::floor(*value)) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<double> angle(const std::string& text) {
  std::string digits = text;
  bool degrees = false;
  for (const std::string unit : {"deg", "rad"}) {
    if (!text.ends_with(unit)) continue;
    digits = text.substr(0, text.size() - unit.size());
    degrees = unit == "deg";
  }
  while (digits.ends_with(' ') && digits != text) digits.pop_back();
  const auto value = number(digits);
  if (!value) return std::nullopt;
  return degrees ? *value / 180 * std::numbers::pi : *value;
}

}  // namespace weir::scalar
