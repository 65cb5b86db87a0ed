// tools/text/number.cpp -- numbers, durations and sizes as people read them.
#include "number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace weir::tools {

std::string number(double value) {
  if (std::isnan(value)) return "nan";  // never "-nan", whatever the sign bit
  if (std::isfinite(value) && value == std::floor(value) && std::abs(value) < 1e9)
    return fmt::format("{}", static_cast<std::int64_t>(value));
  return fmt::format("{:.4g}", value);
}

std::string exact(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isfinite(value) && value == std::floor(value) && std::abs(value) < 1e15)
    return fmt::format("{}", static_cast<std::int64_t>(value));
  return fmt::format("{}", value);
}

std::string with_spread(double value, double spread) {
  constexpr double round_off = 1e-14;  // of a mean of equal numbers
  if (spread < round_off * std::abs(value)) spread = 0;
  if (!std::isfinite(value) || !std::isfinite(spread) || spread <= 0)
    return fmt::format("{} +- {}", number(value), number(spread));
  // Decimals that show two digits of the spread; beyond a handful, exponents read better than zeros.
  const int decimals = 1 - static_cast<int>(std::floor(std::log10(spread)));
  const double largest = std::max(std::abs(value), spread);
  if (decimals > 6 || largest >= 1e6) {
    const int digits = decimals + static_cast<int>(std::floor(std::log10(largest)));
    return fmt::format("{:.{}e} +- {:.1e}", value, std::clamp(digits, 1, 15), spread);
  }
  return fmt::format("{:.{}f} +- {:.{}f}", value, std::max(decimals, 0), spread, std::max(decimals, 0));
}

std::string duration(double seconds) {
  if (!(seconds >= 0)) return "?";
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string bytes(std::uint64_t count) {
  constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB"};
  double size = static_cast<double>(count);
  std::size_t unit = 0;
  while (size >= 1024 && unit + 1 < units.size()) size /= 1024, ++unit;
  return unit == 0 ? fmt::format("{} B", count) : fmt::format("{:.1f} {}", size, units[unit]);
}

}  // namespace weir::tools
