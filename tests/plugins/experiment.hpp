// tests/plugins/experiment.hpp -- a small flow-matching problem, and a sink that keeps what is recorded.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <weir/kinds/objective.hpp>
#include <weir/kinds/time.hpp>
#include <weir/tensor.hpp>

#include "field/given.hpp"
#include "values.hpp"

namespace weir::tests {

// Flow matching on 32 fixed pairs in the plane, x1 = A x0 + b + a little noise of its own.
struct Problem {
  explicit Problem(const std::string& noise = "noise/zero",
                   const nlohmann::json& params = nlohmann::json::object(),
                   const std::string& law_of_t = "time/uniform")
      : path(noise, params),
        time(make<Time>(law_of_t)),
        pairs(points("x0"), target()),
        objective(make<Objective>("objective/flow_matching")) {
    run(pairs);
    bind(*objective, "coupling", pairs);
    bind(*objective, "interpolant", *path.interpolant);
    bind(*objective, "time", *time);
  }

  static Tensor points(const std::string& stream) {
    return Rng(5, "problem", f64).at(stream).normal({32, 2});
  }
  static Tensor target() {
    return points("x0").mm(at::tensor({0.5, 1.0, -1.0, 2.0}, f64).reshape({2, 2})) + 3 + 0.1 * points("rest");
  }
  Sample sample(std::int64_t n, std::uint64_t seed = 9) const {
    Rng rng(seed, "sample", f64);
    return objective->sample(n, rng);
  }

  Path path;
  std::unique_ptr<Time> time;
  GivenPairs pairs;
  std::unique_ptr<Objective> objective;
};

// Keeps every row of every trace.
class Rows final : public Sink {
 public:
  void watch(Node& node) {
    for (AnyOutput* output : node.outputs()) output->attach(this);
  }
  void append(const std::string& path, std::int64_t step, Array row) override {
    steps[path].push_back(step);
    rows[path].push_back(tensor_of(row, f64));
  }
  void write(const std::string& path, Array value) override { values[path] = tensor_of(value, f64); }
  void attribute(const std::string&, const std::string&, const std::string&) override {}

  std::map<std::string, std::vector<std::int64_t>> steps;
  std::map<std::string, std::vector<Tensor>> rows;
  std::map<std::string, Tensor> values;
};

}  // namespace weir::tests
