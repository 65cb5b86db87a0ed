// tests/plugins/coupling/labels.test.cpp -- classes go with their points, from the source to the batch and the record.
#include <set>

#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/learn/objective.hpp>

#include "../measured.hpp"
#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Coupling;
using weir::Tensor;

// Points of which the coordinates say the class: eight_gaussians, labelled, whose component k lies at the angle k pi / 4.
struct Labelled {
  explicit Labelled(const std::string& id, const nlohmann::json& draw)
      : base(make<weir::Source>("source/gaussian", {{"dim", 2}})),
        target(make<weir::Source>("source/mixture", {{"set", "eight_gaussians"}, {"labelled", true}})),
        pairs(make<Coupling>(id, {{"draw", draw}})) {
    run(*base);
    run(*target);
    bind(*pairs, "source", *base);
    bind(*pairs, "target", *target);
    run(*pairs);
  }
  std::unique_ptr<weir::Source> base, target;
  std::unique_ptr<Coupling> pairs;
};

Tensor class_of(const Tensor& x) {
  return at::remainder(at::round(at::atan2(x.select(1, 1), x.select(1, 0)) * (4 / M_PI)), 8).to(at::kLong);
}

const Tensor& label_of(const weir::Batch& batch) { return batch.context.at("label"); }

}  // namespace

TEST_CASE("A labelled mixture's points have their component for a class, and the same points as without",
          "[source]") {
  const auto plain = make<weir::Source>("source/mixture", {{"set", "eight_gaussians"}});
  const auto labelled =
      make<weir::Source>("source/mixture", {{"set", "eight_gaussians"}, {"labelled", true}});
  run(*plain);
  run(*labelled);
  weir::Rng one(1, "draw", f64), other(1, "draw", f64);
  const weir::Source::Drawn drawn = labelled->draw(500, other);
  CHECK(drawn.x.equal(plain->sample(500, one)));
  CHECK(drawn.label.equal(class_of(drawn.x)));
  CHECK(labelled->classes() == 8);
  CHECK_FALSE(plain->classes());
  const auto board = make<weir::Source>("source/mixture", {{"set", "checkerboard"}, {"labelled", true}});
  REQUIRE(plan(*board).size() == 1);
  CHECK(plan(*board)[0].message == "checkerboard has no components to be classes");
}

TEST_CASE("Labels stay with their x1, whatever pairs them, and fixed pairs record them", "[coupling]") {
  const std::string id = GENERATE("coupling/independent", "coupling/ot");
  const Labelled fresh(id, "fresh"), fixed(id, {{"fixed", 40}});
  weir::Rng rng(3, "draw", f64);
  const weir::Batch batch = fresh.pairs->draw(30, rng);
  CHECK(label_of(batch).equal(class_of(batch.x1())));
  CHECK(fresh.pairs->context().at("label").classes == 8);
  CHECK(value_of(*fixed.pairs, "label").equal(class_of(value_of(*fixed.pairs, "x1"))));

  for (const std::string of : {"coupling/shuffled", "coupling/rematched"}) {
    const auto again = make<Coupling>(of);
    bind(*again, "coupling", *fixed.pairs);
    run(*again);
    CHECK(value_of(*again, "label").equal(class_of(value_of(*again, "x1"))));
  }
}

TEST_CASE("Measurements stay with their x1, in a batch, in fixed pairs and where these are paired anew",
          "[coupling]") {
  const auto base = make<weir::Source>("source/gaussian", {{"dim", 2}});
  run(*base);
  // Hardly any noise, so that y says which x1 it is of.
  const Seen seen({{"dim", 2}}, {{"gain", {3, -1}}, {"sigma", 1e-9}});
  const Tensor gain = at::tensor({3.0, -1.0}, f64);
  const auto of_its_point = [&](const Tensor& y, const Tensor& x1) {
    return at::allclose(y, gain * x1, 0, 1e-7);
  };
  const auto made = [&](const nlohmann::json& draw) {
    auto pairs = make<Coupling>("coupling/independent", {{"draw", draw}});
    bind(*pairs, "source", *base);
    bind(*pairs, "target", *seen.source);
    run(*pairs);
    return pairs;
  };
  const auto fresh = made("fresh"), fixed = made({{"fixed", 40}});
  weir::Rng rng(3, "draw", f64);
  const weir::Batch batch = fresh->draw(30, rng);
  CHECK(of_its_point(batch.context.at("y"), batch.x1()));
  CHECK(fresh->context().at("y").shape == weir::Shape{2});
  CHECK_FALSE(fresh->output("y")->planned());
  CHECK(of_its_point(value_of(*fixed, "y"), value_of(*fixed, "x1")));

  for (const std::string of : {"coupling/shuffled", "coupling/rematched"}) {
    const auto again = make<Coupling>(of);
    bind(*again, "coupling", *fixed);
    run(*again);
    CHECK(of_its_point(again->all().context.at("y"), again->all().x1()));
  }
}

TEST_CASE("Given pairs take labels with them, and say what they leave behind", "[coupling][given]") {
  const Labelled fixed("coupling/independent", {{"fixed", 40}});
  const auto given = [&](const nlohmann::json& params, bool labels) {
    auto pairs = make<Coupling>("coupling/given", params);
    bind(*pairs, "start", *fixed.pairs, "x0");
    bind(*pairs, "end", *fixed.pairs, "x1");
    if (labels) pairs->port("context")->bind("label", *fixed.pairs, fixed.pairs->output("label"));
    return pairs;
  };
  const auto with = given({{"classes", 8}}, true);
  run(*with);
  CHECK(label_of(with->all()).equal(value_of(*fixed.pairs, "label")));
  CHECK(with->context().at("label").classes == 8);

  const auto without = given(nlohmann::json::object(), false);
  REQUIRE(plan(*without).empty());
  QuietRun quiet;
  without->run(quiet);
  CHECK(quiet.warnings ==
        std::vector<std::string>{"the points of 'node' have labels, which these pairs do not carry: to "
                                 "keep them, write context: {label: node.label}"});

  const weir::Faults faults = plan(*given(nlohmann::json::object(), true));
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "pairs with a `label` need the number of its classes");
  CHECK_THROWS_WITH(run(*given({{"classes", 5}}, true)),
                    Catch::Contains("and classes is 5: they must be 0 to 4"));
}

TEST_CASE("A share of the context is left out of a sample, and nothing else of it changes", "[objective]") {
  const Labelled fresh("coupling/independent", "fresh");
  const auto path = make<weir::Interpolant>("interpolant/linear");
  const auto noise = make<weir::Noise>("noise/zero");
  const auto time = make<weir::Time>("time/uniform");
  bind(*path, "noise", *noise);
  const auto sample = [&](double leave_out) {
    const auto objective = make<weir::Objective>("objective/flow_matching", {{"leave_out", leave_out}});
    bind(*objective, "coupling", *fresh.pairs);
    bind(*objective, "interpolant", *path);
    bind(*objective, "time", *time);
    run(*objective);
    CHECK(objective->domain().context.at("label").classes == 8);
    CHECK(objective->domain().left_out == (leave_out > 0));
    weir::Rng rng(5, "sample", f64);
    return objective->sample(4000, rng);
  };
  const weir::Sample whole = sample(0), part = sample(0.25);
  CHECK(part["xt"].equal(whole["xt"]));
  const Tensor gone = label_of(part.batch) == -1;
  CHECK(std::abs(gone.to(at::kDouble).mean().item<double>() - 0.25) < 5 * std::sqrt(0.25 * 0.75 / 4000));
  CHECK(at::where(gone, label_of(whole.batch), label_of(part.batch)).equal(label_of(whole.batch)));
  // 3.5 standard deviations from a component lies the next one's sector.
  CHECK(label_of(whole.batch).eq(class_of(whole.batch.x1())).to(at::kDouble).mean().item<double>() > 0.99);
}
