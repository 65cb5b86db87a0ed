// plugins/trainer/recorded.cpp -- a training in the record of another run, for a training that goes on from it.
//
//   was:  {plugin: trainer/recorded, file: out.h5, node: train}            of a run with keep_memory: true at its train
//   more: {plugin: trainer/gradient, from: was, ...}
//
// 2000 steps there and 2000 here have the bytes of 4000 at once where all else is written alike, the seed among it, from which other
// nodes draw (fixed pairs, say), and the schedule is constant: parameters, their average, the optimiser's memory, the count of steps and
// the random numbers of the steps are those of that training, also where it went on from another.
//
// Source   /nodes/<node>/params, ema_params, memory, and stopped_at with the key of its random numbers. The file's SHA-256 is recorded.
// Oracle   one training of all the steps, to the last bit, for three step rules.
// Peers    none
// Shapes   as that training's
// Limits   gives no fields: field/recorded and network/recorded do, and start from the parameters alone where there is no memory. The
//          dtype is that of the record.
#include <charconv>

#include <fmt/format.h>

#include <weir/kinds/learn/kept_memory.hpp>
#include <weir/kinds/learn/recorded_training.hpp>
#include <weir/kinds/learn/trainer.hpp>
#include <weir/plugin.hpp>

namespace {

using weir::RecordedTraining;
using weir::Tensor;

constexpr const char* parameters_alone =
    "model: {plugin: field/recorded, ...} starts from its parameters alone";

class Recorded final : public weir::Trainer {
  weir::Param<weir::Path> file_{this, "file", weir::required, "record of the run with that training"};
  weir::Param<std::string> node_{this, "node", weir::required, "the training in that run, such as train"};

  std::optional<RecordedTraining> record_;
  RecordedTraining::Set saved_;  // as a Fit saves them, but for the step
  std::uint64_t stream_ = 0;
  weir::State state_;

 public:
  void plan(weir::Plan& plan) override {
    record_ = RecordedTraining::open(file_(), node_(), plan);
    if (!record_) return;
    take("params", "params/", plan);
    if (!plan.clean()) return;
    const std::string stream = record_->attribute("stopped_at", weir::KeptMemory::stream);
    if (stream.empty())
      return plan.fault(
          "node",
          fmt::format("'{}' does not hold all that '{}' ended with, so that no training can go on from it",
                      file_().string(), node_()),
          fmt::format("run it again with keep_memory: true at that node; {}", parameters_alone));
    std::from_chars(stream.data(), stream.data() + stream.size(), stream_, 16);
    const std::string dtype = options().dtype().toScalarType() == at::kDouble ? "float64" : "float32";
    if (record_->dtype() != dtype)
      return plan.fault("file",
                        fmt::format("'{}' holds '{}' in {}, and this pipeline computes in {}",
                                    file_().string(), node_(), record_->dtype(), dtype),
                        fmt::format("write dtype: {}; {}", record_->dtype(), parameters_alone));
    take("ema_params", "ema/", plan);
    if (record_->attribute("stopped_at", weir::KeptMemory::tensors) != "0") take("memory", "memory/", plan);
    for (const auto& [name, saved] : saved_) state_[name] = at::zeros(saved.shape, options());
    state_["step"] = at::scalar_tensor(0, at::kLong);
  }

  void run(weir::Run&) override {
    for (auto& [name, value] : record_->read(saved_, options())) state_[name] = value;
    const Tensor step = record_->read(*record_->output("stopped_at"), options());
    if (step.item<std::int64_t>() < 1)
      throw std::runtime_error(fmt::format("training '{}' of '{}' has not finished: weir run goes on with it",
                                           node_(), file_().string()));
    state_["step"] = step;
  }

  weir::State fitted() const override { return state_; }
  weir::Rng stream() const override { return {stream_, options()}; }
  void compare_model(const weir::Field& model, weir::Plan& plan) const override {
    record_->compare(model, record_->bound_to({"model"}), "model", "model", plan);
  }

 private:
  void take(const std::string& set, const std::string& prefix, weir::Plan& plan) {
    for (const auto& [name, saved] : record_->find(set, "node", plan)) saved_[prefix + name] = saved;
  }
};

}  // namespace

WEIR_PLUGIN(Recorded, "Training in the record of another run, to go on from")
