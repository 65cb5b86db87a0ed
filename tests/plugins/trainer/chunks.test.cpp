// tests/plugins/trainer/chunks.test.cpp -- a step whose batch goes through the model in parts is the step of the whole batch.
#include <map>

#include "training.hpp"

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

// Keeps what each step told its probes, and how many rows the model was asked for at once at most.
struct Told final : weir::Probe {
  explicit Told(bool rows = false) : of_rows(rows) {}
  void plan_for(const weir::Training&, weir::Plan&) override {}
  void observe(const weir::TrainingStep& step) const override {
    losses.push_back(step.losses.clone());
    t.push_back(step.sample["t"].clone());
    std::vector<Tensor> flat;
    for (const Tensor& grad : step.grads) flat.push_back(grad.flatten());
    gradients.push_back(at::cat(flat));
  }
  bool per_sample() const override { return of_rows; }
  bool of_rows;
  mutable std::vector<Tensor> losses, t, gradients;
};

// A field that forwards to another and notes the most rows it was asked for at once.
struct Narrow final : weir::Field {
  Narrow() : of(make<weir::Field>("field/mlp", {{"width", 16}, {"depth", 2}})) {}
  Tensor velocity(const weir::Params& params, const Tensor& x, const Tensor& t,
                  const weir::Context& context) const override {
    most = std::max(most, x.size(0));
    return of->velocity(params, x, t, context);
  }
  weir::Params init(const weir::Domain& domain, weir::Rng& rng) const override {
    return of->init(domain, rng);
  }
  void plan_for(const weir::Domain& domain, weir::Plan& plan) const override { of->plan_for(domain, plan); }
  bool taped() const override { return of->taped(); }
  std::unique_ptr<weir::Field> of;
  mutable std::int64_t most = 0;
};

double apart(const weir::Params& a, const weir::Params& b) {
  double most = 0;
  for (const auto& [name, value] : a.tensors())
    most = std::max(most, ((value - b[name]).abs().max() / (1e-3 + value.abs().max())).item<double>());
  return most;
}

// Adam divides by the root of small squares: SGD shows the gradients' own round-off.
std::unique_ptr<Training> trained(json params, Told& told) {
  params.update({{"steps", 20}, {"batch", 48}});
  auto training = std::make_unique<Training>(params, "optimiser/sgd", json{{"lr", 0.05}}, "field/mlp",
                                             json{{"width", 16}, {"depth", 2}});
  training->observe("told", told);
  run(*training->trainer);
  return training;
}

std::vector<std::string> faults_of(Training& training) {
  std::vector<std::string> texts;
  for (const weir::Fault& fault : plan(*training.trainer))
    texts.push_back(fault.place.file + ": " + fault.message);
  return texts;
}

}  // namespace

TEST_CASE(
    "In chunks of any size a training has the numbers of whole batches to round-off, and draws what they "
    "draw",
    "[trainer]") {
  const json extra = GENERATE(json::object(), json{{"epoch", 4}}, json{{"clip", 0.5}, {"ema_warmup", true}});
  Told of_whole;
  const auto whole = trained(extra, of_whole);
  for (const std::int64_t chunk : {1, 7, 16, 48}) {  // 48 rows are six chunks of 7 and one of 6
    INFO("chunk " << chunk << ", " << extra);
    json params = extra;
    params["chunk"] = chunk;
    Told told;
    const auto parted = trained(params, told);
    REQUIRE(told.losses.size() == 20);
    for (std::size_t k = 0; k < 20; ++k) {
      CHECK(told.t[k].equal(of_whole.t[k]));
      CHECK(at::allclose(told.losses[k], of_whole.losses[k], 1e-11, 1e-12));
      CHECK(at::allclose(told.gradients[k], of_whole.gradients[k], 1e-10, 1e-12));
    }
    CHECK(apart(parted->params("field"), whole->params("field")) < 1e-11);
    CHECK(apart(parted->params("ema"), whole->params("ema")) < 1e-11);
  }
}

TEST_CASE("A model is asked for no more rows at once than a chunk has", "[trainer]") {
  Narrow model;
  Training training(json{{"steps", 2}, {"batch", 40}, {"chunk", 16}});
  bind(*training.trainer, "model", model);
  run(*training.trainer);
  CHECK(model.most == 16);
}

TEST_CASE("The terms of a loss are those of the whole batch", "[trainer]") {
  const auto recorded = [](const json& more) {
    json params{{"steps", 3}, {"batch", 12}};
    params.update(more);
    ItemSet set(at::arange(24, f64).view({12, 2}) / 12 - 1);
    const auto network = make<weir::Network>("network/mlp", {{"width", 8}, {"depth", 1}});
    const auto objective = make<weir::Objective>("objective/vae", {{"latent", 2}});
    bind(*objective, "data", set);
    bind(*objective, "encoder", *network);
    bind(*objective, "decoder", *network);
    run(*objective);
    const auto optimiser = make<weir::Optimiser>("optimiser/sgd");
    const auto schedule = make<weir::Schedule>("schedule/constant");
    const auto trainer = make<weir::Trainer>("trainer/gradient", params, f64, 3, "train");
    bind(*trainer, "objective", *objective);
    bind(*trainer, "optimiser", *optimiser);
    bind(*trainer, "schedule", *schedule);
    Rows rows;
    rows.watch(*trainer);
    run(*trainer);
    return rows;
  };
  const Rows whole = recorded(json::object()), parted = recorded({{"chunk", 5}});
  for (const char* name : {"train.loss", "train.terms/rec", "train.terms/kl"}) {
    INFO(name);
    CHECK(at::allclose(at::stack(parted.rows.at(name)), at::stack(whole.rows.at(name)), 1e-11, 1e-12));
  }
}

TEST_CASE(
    "Pairs that are matched within a batch are matched before it is parted; of another loss of them it is "
    "refused",
    "[trainer][coupling]") {
  const auto law = make<weir::Source>("source/gaussian", {{"dim", 2}});
  run(*law);
  const auto pairs = make<weir::Coupling>("coupling/ot");
  bind(*pairs, "source", *law);
  bind(*pairs, "target", *law);
  run(*pairs);
  const auto params_with = [&](json params) {
    params.update({{"steps", 5}, {"batch", 16}});
    Training training(params);
    bind(*training.problem.objective, "coupling", *pairs);
    run(*training.trainer);
    return training.params("field");
  };
  CHECK(apart(params_with({{"chunk", 5}}), params_with(json::object())) < 1e-12);

  Training robust(json{{"steps", 5}, {"batch", 16}, {"chunk", 5}});
  bind(*robust.problem.objective, "coupling", *pairs);
  const auto huber = make<weir::Objective>("objective/huber", json::object(), f64, 0, "huber");
  bind(*huber, "objective", *robust.problem.objective);
  bind(*robust.trainer, "objective", *huber);
  CHECK(faults_of(robust) ==
        std::vector<std::string>{
            "chunk: the rows of 'huber' depend on each other, and it does not say that their losses "
            "do not: a chunk's loss may be another than its part of the batch's"});
}

TEST_CASE("Chunks that would not give the batch's numbers are refused", "[trainer]") {
  Training large(json{{"steps", 2}, {"batch", 8}, {"chunk", 9}});
  CHECK(faults_of(large) ==
        std::vector<std::string>{"chunk: chunk is 9 but a step has 8 rows; it must not be more"});
  Training probed(json{{"steps", 2}, {"batch", 8}, {"chunk", 4}});
  Told rows(true);
  probed.observe("rows", rows);
  CHECK(faults_of(probed) ==
        std::vector<std::string>{"chunk: probe '" + rows.path() +
                                 "' asks for the gradients of all rows of a step at once"});
}
