// tools/lab/judge/measure.cpp -- the reported numbers of a record.
#include "measure.hpp"

#include <algorithm>

#include <weir/record/data/dotted_path.hpp>
#include <weir/record/data/numbers.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/reduce.hpp>
#include <weir/record/schema.hpp>

namespace weir::tools {

std::vector<Reported> to_measure(const Graph& graph) {
  std::vector<Reported> all = graph.report;
  const auto add = [&](const std::string& what, const Place& place) {
    const auto same = [&](const Reported& reported) { return reported.what == what; };
    if (!what.empty() && std::none_of(all.begin(), all.end(), same)) all.push_back({what, "mean", place});
  };
  for (const Expectation& expectation : graph.expect) {
    add(expectation.that, expectation.place);
    add(expectation.other, expectation.place);
  }
  for (const ExpectedOrder& comparison : graph.compare) {
    add(comparison.that, comparison.place);
    if (!comparison.that.empty()) continue;
    add(comparison.less.get<std::string>(), comparison.place);
    add(comparison.than.get<std::string>(), comparison.place);
  }
  return all;
}

std::map<std::string, Measured> measure(const std::filesystem::path& record,
                                        const std::vector<Reported>& what) {
  const Reader reader(record);
  std::map<std::string, Measured> values;
  for (const Reported& reported : what) {
    if (!reader.has(record_path(reported.what))) continue;  // left out of the record by its `record:`
    const Estimate found = estimate(reader, reported.what, reported.reduction);
    values[reported.what] = {found.value, found.se, found.n};
  }
  return values;
}

std::map<std::string, Measured> recorded(const std::filesystem::path& record) {
  const Reader reader(record);
  const nlohmann::json schema = read_schema(reader);
  std::map<std::string, Measured> values;
  for (const nlohmann::json& dataset : schema.at("datasets")) {
    const std::string name = dataset.at("name"), path = dataset.at("path");
    if (dataset.value("trace", false) || name.find('/') != std::string::npos || !reader.has(path)) continue;
    const std::vector<std::int64_t> shape = reader.shape(path);
    const bool single = std::ranges::all_of(shape, [](std::int64_t size) { return size == 1; });
    // Ids, and the coordinates of an axis that is called as they are, have no mean.
    const bool real = reader.dtype(path) == DType::float32 || reader.dtype(path) == DType::float64;
    const bool vector = shape.size() == 1 && real && dataset.at("axes") != nlohmann::json::array({name});
    if (!single && !vector) continue;
    const std::string what = dataset.at("node").get<std::string>() + "." + name;
    const Estimate found = estimate(reader, what, "mean");
    values[what] = {found.value, found.se, found.n};
  }
  return values;
}

std::map<std::string, Curve> curves(const std::filesystem::path& record, const std::vector<Reported>& what) {
  const Reader reader(record);
  std::map<std::string, Curve> out;
  for (const Reported& reported : what) {
    const std::string group = record_path(reported.what);
    if (!reader.has(group + "/value") || reader.shape(group + "/value").size() != 1) continue;
    Curve curve;
    curve.step = reader.integers(group + "/step", 0);
    curve.value = doubles(reader.read(group + "/value"));
    const std::size_t rows = std::min(curve.step.size(), curve.value.size());
    curve.step.resize(rows);
    curve.value.resize(rows);
    out[reported.what] = std::move(curve);
  }
  return out;
}

}  // namespace weir::tools
