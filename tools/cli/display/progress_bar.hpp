// tools/cli/display/progress_bar.hpp -- one line on the terminal, redrawn in place.
#pragma once

#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "progress.hpp"

namespace weir::tools {

// A single run:  train  [=====>        ] step 3120/8000  loss 0.031  530/s  9.2 s left
// A sweep:       runs 3/30  [==>           ] sigma=0,seed=7 train 45% | sigma=0,seed=8 train 12%  6 min 02 s
// left
class ProgressBar final : public Progress {
 public:
  // `terminal` is drawn on.
  ProgressBar(std::vector<std::string> runs, std::size_t kept, std::FILE* terminal = stderr);
  ~ProgressBar() override;
  void started(std::size_t job) override;
  void event(std::size_t job, const nlohmann::json& event) override;
  void ended(std::size_t job, const Outcome& outcome) override;
  void tick() override;

  // The line as it would be drawn now, without control codes, at most `columns` wide.
  std::string line(std::size_t columns) const;

 private:
  struct Work {
    std::string node;
    nlohmann::json last;  // the latest progress event of the node
    Pace pace;
    double furthest = 0;   // share of the longest node so far, so that a run's own share never falls
    double share() const;  // of the node's steps, 0 while unknown
  };

  double elapsed() const;
  std::string single(std::size_t columns) const;
  std::string several(std::size_t columns) const;
  void draw();
  void above(const std::string& text);  // a line that stays, above the bar
  void clear();
  void put(const std::string& text);

  std::vector<std::string> runs_;
  std::size_t kept_;
  std::size_t done_ = 0;
  std::map<std::size_t, Work> at_work_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point drawn_{};
  std::FILE* terminal_;
  bool colour_;
};

}  // namespace weir::tools
