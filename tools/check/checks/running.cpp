// tools/check/checks/running.cpp -- runs with the defaults: as planned, in both precisions, again, with more threads.
#include <fmt/format.h>

#include <check/bench/bench.hpp>
#include <check/bench/broken.hpp>
#include "checks.hpp"

namespace weir::conformance {
namespace {

// Round-off of float64 sums that are split among threads in another order, over a few training steps.
constexpr double split_sums = 1e-9;

}  // namespace

std::string runs_with_defaults(const Job& job) {
  const Bench bench(job.subject);
  try {
    bench.run();
  } catch (const InvalidPipeline& invalid) {
    throw Broken("the pipeline that uses it can be planned", invalid.faults().front().message,
                 "correct the pipeline, or the plugin's plan");
  } catch (const std::exception& error) {
    throw Broken("it runs with its defaults", error.what(), "correct run, or the default that leads there");
  }
  return bench.note();
}

std::string keeps_its_promises(const Job& job) {
  const Ran ran = Bench(job.subject).run();
  for (const AnyOutput* output : ran.subject().outputs()) {
    const auto* tensor = dynamic_cast<const Output<Tensor>*>(output);
    if (!tensor || !tensor->planned()) continue;
    require(ran.rows.values.contains(output->path()), "what plan promises is set in run",
            output->path() + " was planned and never set", "set it, or do not plan it");
    require(tensor->get().device() == ran.subject().options().device(), "outputs lie on the run's device",
            fmt::format("{} on {}", output->path(), tensor->get().device().str()),
            "make tensors with options()");
  }
  ran.require_no_missing();
  ran.require_untouched();
  return "";
}

std::string runs_in_float64(const Job& job) {
  const Bench bench(job.subject);
  for (const char* dtype : {"float32", "float64"}) {
    try {
      const Ran ran = bench.run({.dtype = dtype});
      ran.require_no_missing();
      ran.require_untouched();  // x.to(at::kDouble) is a copy in float32 and x itself in float64
    } catch (const NodeFailure& failure) {
      throw Broken(fmt::format("it runs with dtype: {}", dtype), failure.what(),
                   "make tensors with options(), of the run's device and dtype");
    }
  }
  return "";
}

std::string repeats(const Job& job) {
  const Bench bench(job.subject);
  const Ran one = bench.run(), other = bench.run();
  const std::string apart = difference(one.rows, other.rows);
  require(apart.empty(), "two runs of one seed give the same bytes", apart,
          "take random numbers from Rng alone, and keep nothing in static or global variables");
  return "";
}

std::string agrees_over_threads(const Job& job) {
  const Bench bench(job.subject);
  const Ran one = bench.run({.dtype = "float64", .threads = 1});
  const Ran four = bench.run({.dtype = "float64", .threads = 4});
  const std::string apart = difference(four.rows, one.rows, split_sums);
  require(apart.empty(),
          "1 and 4 threads give the same numbers, to the round-off of sums in another order (1e-9)", apart,
          "let no number depend on at::get_num_threads, and protect what threads share");
  return "";
}

}  // namespace weir::conformance
