// core/record/course.cpp -- thinning a trace, and drawing it in one line.
#include <weir/record/course.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <weir/record/data/numbers.hpp>

namespace weir {
namespace {

constexpr std::int64_t most_rows = 256;  // read of each stretch

double mean_of(const std::vector<double>& values) {
  // Divided first: finite numbers have a finite mean, however large they are.
  double sum = 0;
  for (const double value : values) sum += value / static_cast<double>(values.size());
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value); }) ? sum : NAN;
}

}  // namespace

std::vector<double> course(const Reader& reader, const std::string& path, std::int64_t rows,
                           std::int64_t most) {
  std::vector<double> means;
  const std::int64_t stretches = std::min(rows, most);
  // rows * (i + 1) / stretches without overflow, whatever a file says that it holds.
  const auto end_of = [&](std::int64_t i) {
    return rows / stretches * (i + 1) + rows % stretches * (i + 1) / stretches;
  };
  for (std::int64_t i = 0; i < stretches; ++i) {
    const std::int64_t end = end_of(i), first = std::max(i == 0 ? 0 : end_of(i - 1), end - most_rows);
    means.push_back(mean_of(doubles(reader.rows(path, first, end - first))));
  }
  return means;
}

std::string sparkline(const std::vector<double>& values, bool blocks) {
  constexpr std::array<const char*, 8> drawn = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::array<const char*, 8> plain = {"_", ".", "-", "=", "+", "*", "%", "#"};
  double least = INFINITY, largest = -INFINITY;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    least = std::min(least, value);
    largest = std::max(largest, value);
  }
  std::string line;
  for (const double value : values) {
    if (!std::isfinite(value)) {
      line += ' ';
      continue;
    }
    // Halves, since the largest double less the least is none.
    const double share = largest > least ? (value / 2 - least / 2) / (largest / 2 - least / 2) : 0;
    const auto level = std::isfinite(share) ? static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * 8) : 0;
    line += (blocks ? drawn : plain).at(std::min<std::size_t>(level, 7));
  }
  return line;
}

}  // namespace weir
