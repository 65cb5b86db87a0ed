// tests/lab/coverage.hpp -- how often chance makes a judgement wrong, by simulation.
//
// Runs are drawn from laws for which an `equals` or a `share` is true and the numbers of a `compare` are the same, and judged as
// after a sweep.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace weir::tests {

class Normal {
 public:
  explicit Normal(std::uint64_t seed) : engine_(seed) {}
  double operator()() { return law_(engine_); }

 private:
  std::mt19937_64 engine_;
  std::normal_distribution<double> law_;
};

struct Judgement {
  std::string name;                         // as in the table
  double nominal;                           // how often it may be wrong, as it says
  bool met;                                 // the nominal rate is met, not only kept
  std::function<bool(Normal&, int)> wrong;  // one sweep with so many seeds or replicates
};

extern const std::vector<Judgement> judgements;

// In what share of the sweeps it was wrong.
double wrong_rate(const Judgement& judgement, int n, int sweeps);

}  // namespace weir::tests
