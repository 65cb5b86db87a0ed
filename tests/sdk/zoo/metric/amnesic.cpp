// tests/sdk/zoo/metric/amnesic.cpp -- keeps a part of its state only.
#include <weir/kinds/metric.hpp>
#include <weir/plugin.hpp>

namespace {

class Amnesic final : public weir::Metric {
  weir::Trace eaten_{this, "eaten", "kg", "what it has eaten in its life"};
  std::int64_t age_ = 0;
  double sum_ = 0;

 public:
  void plan(weir::Plan&) override { eaten_.plan({}, {}); }
  bool stateful() const override { return true; }
  weir::State save() const override { return {{"age", at::scalar_tensor(age_, at::kLong)}}; }
  void load(const weir::State& state) override { age_ = state.at("age").item<std::int64_t>(); }
  void run(weir::Run& run) override {
    while (age_ < 5) {
      eaten_.append(++age_, sum_ += 1);
      if (!run.stop_requested()) continue;
      run.checkpoint([this] { return save(); }, true);
      throw weir::Stopped();
    }
  }
};

}  // namespace

WEIR_PLUGIN(Amnesic, "An animal that forgets what it has eaten")
