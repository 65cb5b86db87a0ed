// tests/plugins/probe/epochs.test.cpp -- what probes make of the gradients of an epoch: by hand, by chance, and stopped halfway.
#include <cmath>

#include <weir/kinds/learn/probe.hpp>

#include "../trainer/training.hpp"

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

// A probe that is told gradients [steps, parameters] one by one.
struct Told {
  Told(const std::string& id, const json& params, std::int64_t parameters, std::int64_t steps = 1000)
      : probe(make<weir::Probe>(id, params, f64, 0, "probe")), theta({{"a", at::zeros({parameters}, f64)}}) {
    weir::Plan plan([](const std::string& key) { return weir::Place{.file = key}; }, faults);
    probe->plan_for({*problem.objective, theta, 8, steps, *field, *optimiser}, plan);
    if (faults.empty()) sink.watch(*probe);
  }
  void tell(const Tensor& gradients) {
    for (std::int64_t i = 0; i < gradients.size(0); ++i)
      if (probe->observes(++step))
        probe->observe({step, sample, losses, theta, {gradients[i]}, nullptr, weir::State(), 1});
  }
  const std::vector<Tensor>& operator[](const std::string& trace) { return sink.rows["probe." + trace]; }

  Problem problem;
  std::unique_ptr<weir::Field> field = make<weir::Field>("field/affine");
  std::unique_ptr<weir::Optimiser> optimiser = make<weir::Optimiser>("optimiser/sgd");
  weir::Sample sample = problem.sample(8);
  Tensor losses = at::zeros({8}, f64);
  weir::Faults faults;
  std::unique_ptr<weir::Probe> probe;
  weir::Params theta;
  Rows sink;
  std::int64_t step = 0;
};

Tensor normal(at::IntArrayRef shape) { return weir::Rng(3, "epochs", f64).normal(shape); }

}  // namespace

TEST_CASE("The evidence is one minus B times the mean of (m / s)^2", "[probe][evidence]") {
  Told of("probe/gradient_evidence", {{"epoch", 4}, {"finish", false}}, 3);
  of.tell(row_of({1, 0, 2, 3, 0, -2, 1, 0, 2, 3, 0, -2}).view({4, 3}));
  // Means 2, 0, 0; deviations 1, 0, 2: the second parameter's gradients are all 0.
  CHECK(of.sink.steps["probe.evidence"] == std::vector<std::int64_t>{4});
  CHECK(number(of["evidence"].at(0)) == Approx(1 - 4 * (4.0 + 0 + 0) / 3));
  of.tell(5 + normal({4, 3}));
  CHECK(number(of["evidence"].at(1)) < -20);
}

TEST_CASE("Gradients of an epoch that is gone through whole have evidence, those of chance have none",
          "[probe][evidence]") {
  // Independent gradients of mean zero: B (m / s)^2 is B / (B - 1) times the square of Student's t with B - 1 degrees of freedom, whose
  // mean is (B - 1) / (B - 3). So the evidence is 1 - B / (B - 3), -3/13 with 16 steps: below 0. If they sum to zero, it is 1.
  Told chance("probe/gradient_evidence", {{"epoch", 16}}, 20000),
      whole("probe/gradient_evidence", {{"epoch", 16}}, 20000);
  const Tensor gradients = normal({16, 20000});
  chance.tell(gradients);
  whole.tell(gradients - gradients.mean(0));
  CHECK(number(chance["evidence"].at(0)) == Approx(-3.0 / 13).margin(0.06));  // 4 standard errors
  CHECK(number(whole["evidence"].at(0)) == Approx(1).margin(1e-12));
  CHECK_FALSE(chance.probe->enough());
  CHECK(whole.probe->enough());
}

TEST_CASE("The disparity is the mean distance of the groups' means", "[probe][disparity]") {
  Told of("probe/gradient_disparity", {{"epoch", 7}, {"groups", 3}, {"rises", 2}}, 2);
  // Groups of two; the seventh is left out. Means (0, 0), (3, 4), (0, 8): distances 5, 8 and 5.
  const Tensor known = row_of({-1, 0, 1, 0, 3, 3, 3, 5, 1, 8, -1, 8, 99, 99}).view({7, 2});
  of.tell(known);
  CHECK(number(of["disparity"].at(0)) == Approx(6));
  of.tell(at::ones({7, 2}, f64));
  CHECK(number(of["disparity"].at(1)) == 0);
  CHECK(number(of["least_step"].at(1)) == 14);
  CHECK_FALSE(of.probe->enough());
  of.tell(known);
  CHECK_FALSE(of.probe->enough());
  of.tell(2 * known);
  CHECK(number(of["least_step"].at(3)) == 14);
  CHECK(of.probe->enough());  // the second rise
}

TEST_CASE("What these probes have seen of an epoch they give to those that go on", "[probe]") {
  for (const char* id : {"probe/gradient_evidence", "probe/gradient_disparity"}) {
    INFO(id);
    const std::string trace = std::string(id).ends_with("evidence") ? "evidence" : "disparity";
    Told whole(id, {{"epoch", 10}}, 4), first(id, {{"epoch", 10}}, 4), rest(id, {{"epoch", 10}}, 4);
    const Tensor gradients = normal({20, 4});
    whole.tell(gradients);
    first.tell(gradients.narrow(0, 0, 13));
    rest.probe->load(first.probe->save());
    rest.step = 13;
    rest.tell(gradients.narrow(0, 13, 7));
    CHECK(rest[trace].back().equal(whole[trace].back()));
  }
}

TEST_CASE("An epoch of which a training that goes on from another sees the rest alone is not judged",
          "[probe]") {
  for (const char* id : {"probe/gradient_evidence", "probe/gradient_disparity"}) {
    INFO(id);
    const std::string trace = std::string(id).ends_with("evidence") ? "evidence" : "disparity";
    for (const std::int64_t before : {30, 31}) {
      Told on(id, {{"epoch", 16}}, 4), whole(id, {{"epoch", 16}}, 4);
      const Tensor gradients = normal({48, 4});
      on.step = before;
      on.tell(gradients.narrow(0, before, 48 - before));
      CHECK(on.sink.steps["probe." + trace] == std::vector<std::int64_t>{48});
      whole.tell(gradients);
      CHECK(on[trace].back().equal(whole[trace].back()));
    }
  }
}

TEST_CASE("The best parameters are those before the last step of the epoch with the least disparity",
          "[probe]") {
  Training watched(json{{"steps", 12}, {"batch", 8}});
  const auto probe = make<weir::Probe>(
      "probe/gradient_disparity", {{"epoch", 4}, {"groups", 2}, {"rises", 3}}, f64, 3, "train.probes.far");
  watched.observe("far", *probe);
  Rows rows;
  rows.watch(*probe);
  run(*watched.trainer);
  const auto least = std::int64_t(number(rows.rows.at("train.probes.far.least_step").back()));
  Training shorter(json{{"steps", least - 1}, {"batch", 8}});
  run(*shorter.trainer);
  CHECK(same(watched.params("best"), shorter.params("field")));
}

TEST_CASE("A probe of disparity that only looks on keeps no parameters, and two that keep some are a fault",
          "[probe]") {
  const auto look =
                 make<weir::Probe>("probe/gradient_disparity", {{"epoch", 4}}, f64, 3, "train.probes.look"),
             ends = make<weir::Probe>("probe/gradient_disparity", {{"epoch", 4}, {"rises", 2}}, f64, 3,
                                      "train.probes.ends"),
             stop = make<weir::Probe>("probe/early_stopping", json::object(), f64, 3, "train.probes.stop");
  const json params{{"steps", 8}, {"batch", 8}};
  Training looked(params), stopped(params), both(params);
  looked.observe("look", *look);
  run(*looked.trainer);
  CHECK(look->best() == nullptr);
  CHECK_FALSE(looked.trainer->output("best")->given());
  stopped.observe("look", *look);
  stopped.observe("stop", *stop);
  CHECK(plan(*stopped.trainer).empty());
  both.observe("ends", *ends);
  both.observe("stop", *stop);
  const weir::Faults faults = plan(*both.trainer);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message ==
        "one probe keeps the best parameters of a training, and 'train.probes.ends' and 'train.probes.stop' "
        "both do");
  CHECK(faults[0].place.file == "probes");
}

TEST_CASE("An epoch that these probes cannot see whole is refused", "[probe]") {
  for (const char* id : {"probe/gradient_evidence", "probe/gradient_disparity"}) {
    Told odd(id, {{"epoch", 16}, {"every", 3}}, 2), one(id, {{"epoch", 4}, {"every", 4}}, 2),
        brief(id, {{"epoch", 16}}, 2, 15);
    CHECK(odd.faults.at(0).message ==
          "probe 'probe' looks at every 3th step, and an epoch of 16 steps has not two of these or ends "
          "between them");
    CHECK(one.faults.size() == 1);
    CHECK(brief.faults.at(0).message == "an epoch of 16 steps does not end in a training of 15");
  }
}
