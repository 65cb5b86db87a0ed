// tools/check/laws/training.hpp -- short trainings in a small world, for the laws of trainers and probes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <weir/kinds/learn/trainer.hpp>

#include "world.hpp"

namespace weir::conformance {

// A run that asks to stop once it has been asked so often whether it does, and keeps the last checkpoint.
class StoppingRun final : public QuietRun {
 public:
  explicit StoppingRun(int after) : left_(after) {}
  bool stop_requested() const override { return --left_ < 0; }
  void checkpoint(const std::function<State()>& save, bool now) override;

  State state;
  bool asked() const { return left_ < 0; }

 private:
  mutable int left_;
};

// A trainer in a world, planned and not yet run. One that refuses the world's pairs is given chains of three points.
struct Training {
  Training(const World& world, const Subject& trainer, const nlohmann::json& params,
           const std::vector<Given>& given = {}, std::uint64_t seed = 3);

  std::vector<const Field*> fields() const;       // that it gives, from plan on
  std::vector<const Interpolant*> paths() const;  // the same
  // The parameters of those fields; places and velocities of five pairs on those paths.
  std::vector<Tensor> results() const;
  static Interpolant::Point on(const Interpolant& path);  // [5, 2]

  std::shared_ptr<Trainer> trainer;
  Rows rows;
  QuietRun quiet;
};

}  // namespace weir::conformance
