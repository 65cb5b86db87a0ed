// tests/plugins/trainer/training.hpp -- a training of trainer/gradient on the small problem, to be stopped and resumed.
#pragma once

#include <weir/kinds/learn/optimiser.hpp>
#include <weir/kinds/learn/probe.hpp>
#include <weir/kinds/learn/schedule.hpp>
#include <weir/kinds/learn/trainer.hpp>

#include "../experiment.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace weir::tests {

// Stops its node after so many steps, as Ctrl-C would, and keeps the checkpoint.
class StoppedRun final : public weir::Run {
 public:
  explicit StoppedRun(std::int64_t after) : after_(after) {}
  bool stop_requested() const override { return step_ >= after_; }
  void progress(std::int64_t step, std::int64_t, const std::map<std::string, double>&) override {
    step_ = step;
  }
  void warn(const std::string&) override {}
  void checkpoint(const std::function<weir::State()>& save, bool now) override {
    if (now) state = save();
  }
  weir::State state;

 private:
  std::int64_t after_, step_ = 0;
};

struct Training {
  explicit Training(const nlohmann::json& params, const std::string& step_rule = "optimiser/sgd",
                    const nlohmann::json& rule = {{"lr", 0.05}}, const std::string& model_id = "field/affine",
                    const nlohmann::json& model_params = nlohmann::json::object(),
                    const std::string& rates = "constant")
      : schedule(make<weir::Schedule>("schedule/" + rates)),
        model(make<weir::Field>(model_id, model_params)),
        optimiser(make<weir::Optimiser>(step_rule, rule)),
        trainer(make<weir::Trainer>("trainer/gradient", params, f64, 3, "train")) {
    bind(*trainer, "objective", *problem.objective);
    bind(*trainer, "model", *model);
    bind(*trainer, "optimiser", *optimiser);
    bind(*trainer, "schedule", *schedule);
  }
  void observe(const std::string& name, weir::Node& probe) {
    trainer->port("probes")->bind(name, probe, nullptr);
  }
  Params params(const std::string& output) const {
    weir::Rng unused(0, "", f64);
    return dynamic_cast<const weir::Output<weir::Field>*>(trainer->output(output))->get()->init({2}, unused);
  }

  Problem problem;
  std::unique_ptr<weir::Schedule> schedule;
  std::unique_ptr<weir::Field> model;
  std::unique_ptr<weir::Optimiser> optimiser;
  std::unique_ptr<weir::Trainer> trainer;
};

// Stops the first after so many steps, and lets the second go on from its checkpoint.
template <class T>
void go_on(T& first, T& second, std::int64_t after = 4) {
  StoppedRun stopped(after);
  plan(*first.trainer);
  CHECK_THROWS_AS(first.trainer->run(stopped), weir::Stopped);
  plan(*second.trainer);
  second.trainer->load(stopped.state);
  QuietRun quiet;
  second.trainer->run(quiet);
}

inline bool same(const Params& a, const Params& b) {
  for (const auto& [name, value] : a.tensors()) {
    if (!value.equal(b[name])) return false;
  }
  return true;
}

}  // namespace weir::tests
