// tests/core/outputs.test.cpp -- the sentences that a misuse of outputs, traces and sets of tensors ends with.
#include <catch2/catch.hpp>

#include <functional>
#include <type_traits>

#include <check/bench/doubles.hpp>
#include <weir/executor/executor.hpp>

using weir::Tensor;

namespace {

// Does in plan and in run what it is told.
class Puppet final : public weir::Node {
 public:
  weir::Output<Tensor> value{this, "value", "1", "a tensor"};
  weir::Output<Tensor> count{this, "count", "1", "a whole number", "int64"};
  weir::Trace trace{this, "trace", "1", "rows"};
  weir::TensorSet set{this, "set", "tensors"};
  weir::TraceSet traces{this, "traces", "1", "rows of numbers"};
  std::function<void(Puppet&)> planned = [](Puppet&) {}, running = [](Puppet&) {};

  void plan(weir::Plan&) override { planned(*this); }
  void run(weir::Run&) override { running(*this); }
};

class Silent final : public weir::Events {
  void started(const std::string&) override {}
  void progress(const std::string&, std::int64_t, std::int64_t,
                const std::map<std::string, double>&) override {}
  void warning(const std::string&, const std::string&) override {}
  void finished(const std::string&, double, bool) override {}
  void failed(const std::string&, const std::string&) override {}
};

// What a run of the node fails with, after its place.
std::string failure(
    const std::function<void(Puppet&)>& running,
    const std::function<void(Puppet&)>& planned = [](Puppet&) {}) {
  weir::Graph graph;
  weir::GraphNode node;
  node.path = "puppet";
  node.plugin = "toy/puppet";
  node.place = {"toys.yaml", 3, 5, 6};
  graph.nodes = {node};
  const auto create = [&](const weir::PluginSchema&) {
    auto puppet = std::make_unique<Puppet>();
    puppet->planned = planned;
    puppet->running = running;
    return puppet;
  };
  const std::string place = "node 'puppet' (toy/puppet, toys.yaml:3:5): ";
  try {
    weir::Executor executor(graph, create, at::TensorOptions(at::kDouble));
    Silent events;
    executor.run(nullptr, events, {});
  } catch (const weir::NodeFailure& failed) {
    const std::string text = failed.what();
    REQUIRE(text.starts_with(place));
    return text.substr(place.size());
  }
  return "it ran";
}

Tensor two() { return at::zeros({2}); }

}  // namespace

// In one process of g++ or clang before 17 a final class would do no harm: so the property itself is held, not its effect.
TEST_CASE("Outputs that others take are not final, and so known by name across libraries", "[outputs]") {
  STATIC_REQUIRE_FALSE(std::is_final_v<weir::Output<Tensor>>);
  STATIC_REQUIRE_FALSE(std::is_final_v<weir::Output<Puppet>>);
}

TEST_CASE("What is set, appended or attributed without a plan is told to be planned", "[outputs]") {
  CHECK(failure([](Puppet& p) { p.trace.append(1, 0.5); }) ==
        "trace 'puppet.trace' was appended to but not planned; plan it in plan(), that of a probe in "
        "plan_for()");
  CHECK(failure([](Puppet& p) { p.value.set(two()); }) == "output 'puppet.value' was set but not planned");
  CHECK(failure([](Puppet& p) { p.value.attribute("file", "x"); }) ==
        "output 'puppet.value' was given the attribute 'file', for which its node's plan() reserved no room");
  CHECK(failure([](Puppet& p) { p.value.reason("none"); }) ==
        "output 'puppet.value' was given the attribute 'value_reason', for which its node's plan() reserved "
        "no room");
  CHECK(failure([](Puppet& p) {
          p.set.set({{"w", two()}});
        }) == "tensor 'puppet.set/w' was set but not planned");
  CHECK(failure(
            [](Puppet& p) {
              p.set.set({{"w", two()}, {"b", two()}});
            },
            [](Puppet& p) {
              p.set.plan({{"w", {2}}});
            }) == "tensor 'puppet.set/b' was set but not planned");
  CHECK(failure([](Puppet& p) { p.traces.append(1, "kl", 0.5); }) ==
        "trace 'puppet.traces/kl' was appended to but not planned");
  CHECK(
      failure([](Puppet& p) { p.traces.append(1, "rec", 0.5); }, [](Puppet& p) { p.traces.plan({"kl"}); }) ==
      "trace 'puppet.traces/rec' was appended to but not planned");
}

TEST_CASE("A set of traces plans one of numbers for each name, and none for no names", "[outputs]") {
  Puppet puppet;
  static_cast<weir::Node&>(puppet).set(
      {.path = "puppet", .seed = 0, .options = at::TensorOptions(at::kFloat), .places = {}});
  weir::conformance::Rows rows;
  rows.watch(puppet);
  puppet.traces.plan({});
  CHECK_FALSE(puppet.traces.planned());
  puppet.traces.plan({"rec", "kl"});
  REQUIRE(puppet.traces.datasets().size() == 2);
  const weir::DatasetSpec& kl = puppet.traces.datasets()[1];
  CHECK(weir::key_of(kl) == "puppet.traces/kl");
  CHECK(kl.trace);
  CHECK(kl.dtype == weir::DType::float64);
  CHECK(kl.shape.empty());
  CHECK(kl.description == "rows of numbers");
  puppet.traces.append(3, "kl", 0.25);
  puppet.traces.append(4, "kl", 0.125);
  CHECK(rows.steps.at("puppet.traces/kl") == std::vector<std::int64_t>{3, 4});
  CHECK(rows.rows.at("puppet.traces/kl").at(1).item<double>() == 0.125);
  CHECK_FALSE(rows.rows.contains("puppet.traces/rec"));
}

TEST_CASE("What is not as planned is told with both shapes", "[outputs]") {
  CHECK(
      failure([](Puppet& p) { p.trace.append(1, two()); }, [](Puppet& p) { p.trace.plan({3}, {"axis"}); }) ==
      "output 'puppet.trace' has shape [2] but its plan said [3]");
  CHECK(failure(
            [](Puppet& p) {
              p.set.set({{"w", two()}});
            },
            [](Puppet& p) {
              p.set.plan({{"w", {3}}});
            }) == "output 'puppet.set/w' has shape [2] but its plan said [3]");
  CHECK(failure([](Puppet& p) { p.count.set(two()); }, [](Puppet& p) { p.count.plan({2}, {"axis"}); }) ==
        "output 'puppet.count' promised int64 values");
}

TEST_CASE("A tensor that is not defined is told by the output that was given it", "[outputs]") {
  const auto plan_all = [](Puppet& p) {
    p.value.plan({2}, {"axis"});
    p.trace.plan({2}, {"axis"});
    p.set.plan({{"w", {2}}});
  };
  const std::string rest = "' was given a tensor that is not defined";
  CHECK(failure([](Puppet& p) { p.value.set(Tensor()); }, plan_all) == "output 'puppet.value" + rest);
  CHECK(failure([](Puppet& p) { p.trace.append(1, Tensor()); }, plan_all) == "output 'puppet.trace" + rest);
  CHECK(failure([](Puppet& p) { p.set.set({{"w", Tensor()}}); }, plan_all) == "output 'puppet.set/w" + rest);
}

TEST_CASE("A value is told to be missing before its node has run", "[outputs]") {
  CHECK(failure([](Puppet& p) { p.value.get(); }) == "output 'puppet.value' is read before its node has run");
}
