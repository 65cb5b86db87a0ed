// tools/cli/display/progress.hpp -- what is seen while runs go on.
//
// Everything but JSON goes to stderr, so that stdout holds the results alone. Debian 12 packages no C++
// progress bar, and this one needs to know about several runs at a time, so it is our own.
#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <lab/sweep/progress.hpp>

namespace weir::tools {

// `kind`: auto | plain | json | none. auto is a bar on a terminal that can redraw a line, plain lines
// elsewhere; none is silent but for warnings. `runs`: the jobs' names, as Job::run; `kept`: finished runs of the sweep that are not run again.
std::unique_ptr<Progress> make_progress(const std::string& kind, std::vector<std::string> runs,
                                        std::size_t kept);

// How fast a node steps, smoothed, and how long it still takes.
class Pace {
 public:
  void at(double seconds, std::int64_t step);  // a clock reading and the step reached
  double per_second() const { return rate_; }  // 0 until there are two readings
  double left(std::int64_t total) const;       // seconds, negative while unknown

 private:
  double seconds_ = -1;
  double rate_ = 0;
  std::int64_t step_ = 0;
};

// "step 120/8000  loss 0.31  53/s  2 min 29 s left", of a progress event.
std::string describe(const nlohmann::json& event, const Pace& pace);

// "train: warning: the loss is noisy", of a warning event; one that no node gave begins with "warning".
std::string warning(const nlohmann::json& event);

// A bar of `cells` characters: "[=====>    ]" including its brackets.
std::string bar(double share, std::size_t cells);

}  // namespace weir::tools
