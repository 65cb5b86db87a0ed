// tools/check/checks/checks.hpp -- what `weir plugin check` asks of every plugin.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <check/bench/subject.hpp>

namespace weir::conformance {

// One check of one plugin.
struct Job {
  Subject subject;
  std::uint64_t seed = 1;                          // of the fuzz
  std::function<void(const std::string&)> trying;  // told before each trial, for the case that it is the last
};

struct Check {
  std::string name;
  std::string says;
  // Returns a note, often empty; throws Broken or Skipped.
  std::function<std::string(const Job&)> hold;
  bool runs = true;  // means nothing for a plugin that fails "defaults"
};

// In the order in which they are made. That the library loads comes before them.
const std::vector<Check>& checks();

std::string declares(const Job&);
std::string runs_with_defaults(const Job&);
std::string keeps_within_bounds(const Job&);
std::string survives_extremes(const Job&);
std::string repeats(const Job&);
std::string agrees_over_threads(const Job&);
std::string keeps_its_promises(const Job&);
std::string runs_in_float64(const Job&);
std::string keeps_the_laws(const Job&);
std::string leaves_the_generator(const Job&);
std::string writes_nothing(const Job&);
std::string resumes(const Job&);

}  // namespace weir::conformance
