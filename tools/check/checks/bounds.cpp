// tools/check/checks/bounds.cpp -- parameters within their limits, at them, beyond them, and at extremes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <check/bench/bench.hpp>
#include <check/bench/broken.hpp>
#include "checks.hpp"
#include "fuzz.hpp"

namespace weir::conformance {
namespace {

using Set = std::vector<std::pair<std::string, std::string>>;

constexpr int combinations_tried = 8;

std::string text_of(const Set& set) {
  std::vector<std::string> words;
  for (const auto& [path, value] : set) words.push_back(fmt::format("--set '{}={}'", path, value));
  return fmt::format("{}", fmt::join(words, " "));
}

// What the check does in a run with these values: it ends in numbers, or in an error with its place.
void try_values(const Job& job, const Bench& bench, const Set& set, bool missing_allowed) {
  const std::string tried = text_of(set);
  job.trying(tried);
  try {
    const Ran ran = bench.run({.set = set});
    if (!missing_allowed) ran.require_no_missing();
  } catch (const InvalidPipeline& invalid) {
    for (const Fault& fault : invalid.faults())
      require(!fault.place.file.empty(), "a fault has a place in the pipeline or on the command line",
              tried + ": " + fault.message, "name the parameter or port in plan.fault(\"name\", ...)");
  } catch (const NodeFailure&) {  // has the node's name, its plugin, library and place
  } catch (const Broken& broken) {
    throw Broken(broken.expected, "with " + tried + ": " + broken.found, broken.remedy);
  } catch (const std::exception& error) {
    throw Broken("what a plugin throws arrives as the failure of its node", tried + ": " + error.what(),
                 "throw in plan or run, not in a thread of its own");
  }
}

void refuse_values(const Job& job, const Bench& bench, const ParamSchema& param) {
  for (const std::string& value : refused_values(param)) {
    const Set set = {{bench.path() + "." + param.name, value}};
    job.trying(text_of(set));
    bool refused = false;
    try {
      bench.graph({.set = set});
    } catch (const InvalidPipeline&) {
      refused = true;
    }
    require(refused, fmt::format("'{}' refuses what its declaration does not allow", param.name),
            text_of(set) + " was taken", "declare its limits with the parameter, not in plan or run");
  }
}

}  // namespace

std::string keeps_within_bounds(const Job& job) {
  const Bench bench(job.subject);
  const Subject subject = bench.subject();
  std::mt19937_64 random(job.seed);
  std::vector<std::pair<std::string, std::vector<std::string>>> fuzzed;
  std::vector<std::string> left;
  int tried = 0;
  for (const ParamSchema& param : subject.schema.params) {
    const nlohmann::json value =
        subject.params.contains(param.name) ? subject.params[param.name] : param.fallback;
    std::vector<std::string> values = allowed_values(param, value, random);
    for (const std::string& each : values) {
      try_values(job, bench, {{bench.path() + "." + param.name, each}}, false);
      ++tried;
    }
    refuse_values(job, bench, param);
    if (values.empty())
      left.push_back(param.name);
    else
      fuzzed.emplace_back(param.name, std::move(values));
  }
  for (int i = 0; fuzzed.size() > 1 && i < combinations_tried; ++i, ++tried) {
    Set set;
    for (const auto& [name, values] : fuzzed)
      if (random() % 2 == 0) set.emplace_back(bench.path() + "." + name, values[random() % values.size()]);
    try_values(job, bench, set, false);
  }
  std::string note = fmt::format("{} values", tried);
  if (!left.empty())
    note += fmt::format("; not tried, since only you know what they may be: {}", fmt::join(left, ", "));
  return note;
}

std::string survives_extremes(const Job& job) {
  const Bench bench(job.subject);
  int tried = 0;
  for (const ParamSchema& param : job.subject.schema.params) {
    for (const std::string& value : extreme_values(param)) {
      try_values(job, bench, {{bench.path() + "." + param.name, value}}, true);
      ++tried;
    }
  }
  if (tried == 0) throw Skipped("no number of it may be extreme");
  return fmt::format("{} values", tried);
}

}  // namespace weir::conformance
