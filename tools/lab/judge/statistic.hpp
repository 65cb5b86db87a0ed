// tools/lab/judge/statistic.hpp -- the numbers of runs, and their mean and spread over seeds.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <weir/front/check/graph.hpp>

namespace weir::tools {

// A reported number of one run: the value, its standard error within the run, and how many independent values that is from.
struct Measured {
  double value = 0;
  std::optional<double> se;
  std::optional<double> n;
};

// What one run has to show. `values` is empty unless status is "finished".
struct RunResult {
  std::string run;     // "sigma=0.05,seed=7", "" for a pipeline without a sweep
  std::string file;    // relative to the sweep's folder
  std::string status;  // finished | failed | interrupted | not run
  std::uint64_t seed = 0;
  std::vector<std::pair<std::string, nlohmann::json>> axes;  // in the order of declaration
  std::map<std::string, Measured> values;                    // "recall.share" -> number, as reported
  std::map<std::string, Measured> recorded{};  // the same of every number of the record, or its mean
};

// One number over the runs of a case.
struct Statistic {
  double mean = 0;
  double sd = 0;             // with n - 1; 0 for a single run
  std::size_t n = 0;         // runs
  std::optional<double> se;  // of the mean: sd / sqrt(n) over runs, for a single run its own
};

Statistic statistic(const std::vector<Measured>& values);

// "0.953 +- 0.012 (5)": mean, standard deviation and runs.
std::string over_runs(const Statistic& s);

// "0.953 +- 0.005 (se)", or the mean alone where there is no error.
std::string with_error(const Statistic& s);

// A combination of the axes other than the seed axis, and the numbers of its finished runs.
struct Case {
  std::vector<std::pair<std::string, nlohmann::json>> axes;
  std::map<std::string, Statistic> values;
  std::size_t runs = 0;  // planned, whether or not they finished
  std::map<std::string, Statistic> recorded{};
  std::vector<std::map<std::string, Measured>> by_run{};  // `values` of each run, so that two can be paired
};

// Groups runs by the values of every axis that does not count seeds, in the order in which they first occur.
std::vector<Case> cases(const std::vector<RunResult>& results, const std::vector<SweepAxis>& sweep);

// Whether a case with these axes is one that a `where` means; axes that it leaves out are free.
bool selected(const std::map<std::string, nlohmann::json>& where,
              const std::vector<std::pair<std::string, nlohmann::json>>& axes);

// An axis value as a cell: numbers by their shortest exact form, texts bare.
std::string cell(const nlohmann::json& value);

// "sigma = 0, steps = 9"
std::string label(const std::vector<std::pair<std::string, nlohmann::json>>& axes);

}  // namespace weir::tools
