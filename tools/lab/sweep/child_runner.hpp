// tools/lab/sweep/child_runner.hpp -- carries out jobs as weir-run processes.
#pragma once

#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <vector>

#include <weir/os/child.hpp>

#include "runner.hpp"
#include "successors.hpp"

namespace weir::tools {

// Hears the children's events, JSON lines on the descriptor Child::events, and keeps what they print. Takes over SIGINT, SIGTERM and
// SIGHUP while it lives, but for those that are ignored: the first asks the children to stop at their next commit, the second kills
// them. Ctrl-Z (SIGTSTP) suspends the children too.
class ChildRunner final : public Runner {
 public:
  // `arguments` gives the command line of a job, without the program's name. `succeeding`: jobs take the place of those that have
  // ended, where these have left a successor by Child::channel; else each is started anew.
  ChildRunner(std::filesystem::path program, std::vector<std::string> environment,
              std::function<std::vector<std::string>(std::size_t)> arguments, bool succeeding = false);
  ~ChildRunner() override;

  void start(std::size_t job) override;
  std::optional<News> next() override;
  bool stopping() const override { return signals_seen_ > 0; }

 private:
  void wait_a_moment();
  void on_signal();
  void read(std::size_t job, os::Child& child);

  std::filesystem::path program_;
  std::vector<std::string> environment_;
  std::function<std::vector<std::string>(std::size_t)> arguments_;
  std::optional<Successors> successors_;
  std::map<std::size_t, Successors::Begun> children_;
  std::list<News> news_;
  int signals_ = -1;  // a signalfd
  int signals_seen_ = 0;
};

// weir-run with these arguments, whose events are heard; what its plugins print is not.
os::Command asking_weir_run(std::vector<std::string> arguments);

// weir-run: $WEIR_RUN if set, else beside this program. Throws CommandError if it is not there.
std::filesystem::path find_weir_run();

}  // namespace weir::tools
