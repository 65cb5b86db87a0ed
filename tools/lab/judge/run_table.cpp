// tools/lab/judge/run_table.cpp -- the table of a sweep: one row per run, the same numbers in table.csv, index.h5
// and on screen.
#include "run_table.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include <text/number.hpp>

namespace weir::tools {
namespace {

Column texts(const std::string& name, const std::vector<RunResult>& results, std::string RunResult::*member) {
  Column column;
  column.name = name;
  for (const RunResult& result : results) column.texts.push_back(result.*member);
  column.present.assign(results.size(), true);
  return column;
}

// Numbers if every value is one, texts (case names, lists) otherwise.
Column axis_column(const std::string& name, std::size_t axis, const std::vector<RunResult>& results) {
  Column column;
  column.name = name;
  column.numeric = std::all_of(results.begin(), results.end(),
                               [&](const RunResult& r) { return r.axes[axis].second.is_number(); });
  column.present.assign(results.size(), true);
  for (const RunResult& result : results) {
    const nlohmann::json& value = result.axes[axis].second;
    if (column.numeric)
      column.numbers.push_back(value.get<double>());
    else
      column.texts.push_back(cell(value));
  }
  return column;
}

// `part` gives the number of a measurement, if it has one.
template <class Part>
Column numbers(const std::string& name, const std::string& what, const std::vector<RunResult>& results,
               Part part) {
  Column column;
  column.name = name;
  column.numeric = true;
  for (const RunResult& result : results) {
    const auto found = result.values.find(what);
    const std::optional<double> value = found == result.values.end() ? std::nullopt : part(found->second);
    column.present.push_back(value.has_value());
    column.numbers.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return column;
}

bool any(const Column& column) {
  return std::find(column.present.begin(), column.present.end(), true) != column.present.end();
}

template <class T>
Array array_of(DType dtype, const std::vector<T>& values, std::vector<std::int64_t> shape) {
  auto bytes = std::make_shared<std::vector<std::byte>>(values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(bytes->data(), values.data(), bytes->size());
  return {dtype, std::move(shape), std::move(bytes)};
}

Array text_array(const std::vector<std::string>& texts) {
  std::size_t longest = 1;
  for (const std::string& text : texts) longest = std::max(longest, text.size());
  std::vector<std::uint8_t> letters;
  for (const std::string& text : texts) {
    letters.insert(letters.end(), text.begin(), text.end());
    letters.resize(letters.size() + longest - text.size(), 0);
  }
  return array_of(DType::uint8, letters,
                  {static_cast<std::int64_t>(texts.size()), static_cast<std::int64_t>(longest)});
}

}  // namespace

std::vector<Column> run_table(const std::vector<RunResult>& results, const std::vector<Reported>& report,
                              const std::vector<SweepAxis>& sweep) {
  std::vector<Column> columns = {texts("run", results, &RunResult::run),
                                 texts("file", results, &RunResult::file),
                                 texts("status", results, &RunResult::status)};
  Column seed;
  seed.name = "seed";
  seed.numeric = true;
  for (const RunResult& result : results) seed.numbers.push_back(static_cast<double>(result.seed));
  seed.present.assign(results.size(), true);
  for (const RunResult& result : results)
    seed.texts.push_back(std::to_string(result.seed));  // exact beyond 2^53
  columns.push_back(std::move(seed));

  for (std::size_t axis = 0; axis < sweep.size(); ++axis)
    if (sweep[axis].name != "seed")  // which sets seeds and nothing else
      columns.push_back(axis_column(sweep[axis].name, axis, results));
  for (const Reported& reported : report) {
    const std::string& what = reported.what;
    columns.push_back(numbers(what, what, results, [](const Measured& m) { return std::optional(m.value); }));
    Column se = numbers(what + "_se", what, results, [](const Measured& m) { return m.se; });
    Column n = numbers(what + "_n", what, results, [](const Measured& m) { return m.n; });
    for (Column* column : {&se, &n})
      if (any(*column) && std::ranges::find(report, column->name, &Reported::what) == report.end())
        columns.push_back(std::move(*column));  // else it has a column of its own
  }
  return columns;
}

std::string csv(const std::vector<Column>& columns) {
  Row head;
  for (const Column& column : columns) head.push_back(column.name);
  std::string out = csv_record(head);
  const std::size_t rows = columns.empty() ? 0 : columns[0].present.size();
  for (std::size_t row = 0; row < rows; ++row) {
    Row cells;
    for (const Column& column : columns) {
      if (!column.present[row])
        cells.emplace_back();
      else if (!column.texts.empty())
        cells.push_back(column.texts[row]);
      else
        cells.push_back(exact(column.numbers[row]));
    }
    out += csv_record(cells);
  }
  return out;
}

Arrays index_arrays(const std::vector<Column>& columns,
                    const std::map<std::string, std::vector<Curve>>& curves) {
  Arrays arrays;
  for (const Column& column : columns)
    arrays["table/" + column.name] =
        column.numeric
            ? array_of(DType::float64, column.numbers, {static_cast<std::int64_t>(column.numbers.size())})
            : text_array(column.texts);
  for (const auto& [trace, of_runs] : curves) {
    std::vector<std::int64_t> run, step;
    std::vector<double> value;
    for (const Curve& curve : of_runs) {
      run.insert(run.end(), curve.step.size(), static_cast<std::int64_t>(curve.run));
      step.insert(step.end(), curve.step.begin(), curve.step.end());
      value.insert(value.end(), curve.value.begin(), curve.value.end());
    }
    const std::vector<std::int64_t> shape = {static_cast<std::int64_t>(run.size())};
    arrays["curves/" + trace + "/run"] = array_of(DType::int64, run, shape);
    arrays["curves/" + trace + "/step"] = array_of(DType::int64, step, shape);
    arrays["curves/" + trace + "/value"] = array_of(DType::float64, value, shape);
  }
  return arrays;
}

std::string column_names(const std::vector<Column>& columns) {
  std::string names;
  for (const Column& column : columns) names += column.name + "\n";
  return names;
}

}  // namespace weir::tools
