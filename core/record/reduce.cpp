// core/record/reduce.cpp -- mean, last, first, min, max, sum, sd.
#include <weir/record/reduce.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <weir/record/data/dotted_path.hpp>
#include <weir/record/data/numbers.hpp>
#include <weir/record/schema.hpp>

namespace weir {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

double mean(const std::vector<double>& x) {
  return x.empty() ? undefined : std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

double standard_deviation(const std::vector<double>& x) {
  if (x.size() < 2) return undefined;
  const double centre = mean(x);
  double squares = 0;
  for (const double each : x) squares += (each - centre) * (each - centre);
  return std::sqrt(squares / static_cast<double>(x.size() - 1));
}

// NaN anywhere is NaN: std::min_element would depend on where it stands.
double extreme(const std::vector<double>& x, bool largest) {
  if (x.empty() || std::any_of(x.begin(), x.end(), [](double each) { return std::isnan(each); }))
    return undefined;
  return largest ? *std::max_element(x.begin(), x.end()) : *std::min_element(x.begin(), x.end());
}

double end_of(const Reader& reader, const std::string& path, bool last) {
  const auto shape = reader.shape(path);
  if (shape.empty()) return mean(doubles(reader.read(path)));
  if (shape[0] == 0) return undefined;
  return mean(doubles(reader.rows(path, last ? shape[0] - 1 : 0, 1)));
}

// The step of the first or last row of a trace; nothing of a tensor or of a trace without rows.
std::optional<double> step_at_end(const Reader& reader, const std::string& path, const std::string& end) {
  if (!path.ends_with("/value")) return std::nullopt;
  const std::string steps = path.substr(0, path.size() - std::string("value").size()) + "step";
  if (!reader.has(steps)) return std::nullopt;
  if (const auto shape = reader.shape(steps); shape.empty() || shape[0] == 0) return std::nullopt;
  return end_of(reader, steps, end == "last");
}

using Reduction = double (*)(const Reader&, const std::string& path);

std::vector<double> all(const Reader& reader, const std::string& path) { return doubles(reader.read(path)); }

const std::vector<std::pair<std::string, Reduction>> reductions = {
    {"mean", [](const Reader& reader, const std::string& path) { return mean(all(reader, path)); }},
    {"last", [](const Reader& reader, const std::string& path) { return end_of(reader, path, true); }},
    {"first", [](const Reader& reader, const std::string& path) { return end_of(reader, path, false); }},
    {"min", [](const Reader& reader, const std::string& path) { return extreme(all(reader, path), false); }},
    {"max", [](const Reader& reader, const std::string& path) { return extreme(all(reader, path), true); }},
    {"sum",
     [](const Reader& reader, const std::string& path) {
       const std::vector<double> x = all(reader, path);
       return std::accumulate(x.begin(), x.end(), 0.0);
     }},
    {"sd",
     [](const Reader& reader, const std::string& path) { return standard_deviation(all(reader, path)); }}};

bool is_single(const Reader& reader, const std::string& path) {
  const auto shape = reader.shape(path);
  return std::all_of(shape.begin(), shape.end(), [](std::int64_t size) { return size == 1; });
}

}  // namespace

std::string dataset_at(const Reader& reader, const std::string& dotted) {
  std::string path = record_path(dotted);
  if (!reader.has(path) && reader.has("/schema")) {
    // Names such as params/net.0.weight hold dots of their own.
    const nlohmann::json schema = read_schema(reader);
    for (const auto& each : schema["datasets"])
      if (each["node"].get<std::string>() + "." + each["name"].get<std::string>() == dotted)
        return each["path"];
  }
  if (!reader.has(path)) throw RecordError(fmt::format("the record has no dataset {} ({})", dotted, path));
  if (!reader.is_group(path)) return path;
  if (!reader.has(path + "/value"))
    throw RecordError(fmt::format("{} is a group of the record, not a number; it holds: {}", dotted,
                                  fmt::join(reader.members(path), ", ")));
  return path + "/value";
}

double reduce(const Reader& reader, const std::string& dotted, const std::string& reduction) {
  const auto known = std::ranges::find(reductions, reduction, &std::pair<std::string, Reduction>::first);
  const std::string path = dataset_at(reader, dotted);
  if (known != reductions.end()) return known->second(reader, path);
  std::vector<std::string> names;
  for (const auto& [name, each] : reductions) names.push_back(name);
  throw RecordError(
      fmt::format("unknown reduction '{}' of {}; valid: {}", reduction, dotted, fmt::join(names, ", ")));
}

Estimate estimate(const Reader& reader, const std::string& dotted, const std::string& reduction) {
  Estimate result{reduce(reader, dotted, reduction)};
  const std::string path = dataset_at(reader, dotted);
  const bool end = reduction == "last" || reduction == "first";
  if (!is_single(reader, path) && !(end && reader.shape(path).size() == 1)) return result;
  const auto sibling = [&](const char* suffix) -> std::optional<double> {
    const std::string there = dotted + suffix;
    if (!reader.has(record_path(there))) return std::nullopt;
    if (end &&
        step_at_end(reader, path, reduction) != step_at_end(reader, dataset_at(reader, there), reduction))
      return std::nullopt;
    return reduce(reader, there, end ? reduction : "mean");
  };
  result.se = sibling("_se");
  result.n = sibling("_n");
  return result;
}

}  // namespace weir
