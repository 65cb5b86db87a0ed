// tools/check/laws/metric.cpp -- laws of every metric.
#include <fmt/format.h>

#include <check/bench/bench.hpp>
#include <check/bench/broken.hpp>
#include <check/bench/missing.hpp>
#include "laws.hpp"

namespace weir::conformance {
namespace {

void gives_what_it_planned(const Subject& subject) {
  const Bench bench(subject);
  const Ran ran = bench.run({.dtype = "float64"});
  require(!ran.subject().outputs().empty(), "a metric has outputs", "none", "declare weir::Output<Tensor>");
  for (const AnyOutput* output : ran.subject().outputs())
    if (output->planned() && output->schema().kind == "tensor")
      require(ran.rows.values.contains(output->path()), "what was planned is set in run",
              output->path() + " is not set", "set it, or do not plan it");
}

void changes_nothing(const Subject& subject) { Bench(subject).run({.dtype = "float64"}).require_untouched(); }

void gives_numbers(const Subject& subject) {
  const Bench bench(subject);
  for (const char* dtype : {"float32", "float64"}) bench.run({.dtype = dtype}).require_no_missing();
}

}  // namespace

std::vector<Law> metric_laws() {
  return {{"outputs", gives_what_it_planned}, {"inputs", changes_nothing}, {"numbers", gives_numbers}};
}

}  // namespace weir::conformance
