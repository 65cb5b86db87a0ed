// tools/lab/sweep/schedule.hpp -- which job starts when, and what became of each.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "job.hpp"
#include "progress.hpp"
#include "runner.hpp"

namespace weir::tools {

// Which jobs may start: at most `at_once`, in their order, except that a job waits while another running one
// computes a shared result (`Job::share`) that it needs. Claims are taken all at once at the start, so that
// nothing can deadlock.
class Schedule {
 public:
  // `available`: keys whose results already lie in the shared folder.
  Schedule(const std::vector<Job>& jobs, std::size_t at_once, std::set<std::string> available);

  // The next job to start now, taken from the list; `none` if every one left must wait.
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t take();

  void node_finished(std::size_t job, const std::string& node);  // its result can be used by others
  void job_ended(std::size_t job);  // what it claimed and did not finish is free again
  std::size_t running() const { return running_.size(); }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  const std::vector<Job>& jobs_;
  std::size_t at_once_;
  std::set<std::string> available_;
  std::vector<std::size_t> waiting_;
  std::set<std::size_t> running_;
  std::map<std::string, std::size_t> claims_;  // key -> the running job that computes it
};

// Runs every job; a failed one does not stop the others. Returns an outcome for each job.
std::vector<Outcome> run_all(const std::vector<Job>& jobs, std::size_t at_once,
                             std::set<std::string> available, Runner& runner, Progress& progress);

}  // namespace weir::tools
