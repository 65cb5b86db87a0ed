// tools/lab/sweep/progress.hpp -- who is told while runs go on.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>

#include "job.hpp"

namespace weir::tools {

class Progress {
 public:
  virtual ~Progress() = default;
  virtual void started(std::size_t) {}
  virtual void event(std::size_t, const nlohmann::json&) {}
  virtual void ended(std::size_t, const Outcome&) {}
  virtual void tick() {}  // about ten times a second while nothing happens
};

}  // namespace weir::tools
