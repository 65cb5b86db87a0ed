// tests/core/ports.test.cpp -- what ports take and give, and the sentences that a misuse of them ends with.
#include <ATen/core/grad_mode.h>
#include <catch2/catch.hpp>

#include <weir/executor/device.hpp>
#include <weir/executor/executor.hpp>
#include <weir/front/plugins/plugin_abi.hpp>

using weir::Tensor;

namespace {

// kind "spring": gives water, and as an output another spring.
class Spring : public weir::Node {
 public:
  static constexpr const char* kind = "spring";
  virtual double litres() const = 0;
};

class Brook final : public Spring {
  weir::Param<double> litres_{this, "litres", 1.0, "how much it gives"};
  weir::Param<bool> dry_{this, "dry", false, "whether it sets none of its outputs"};
  weir::Output<Spring> arm_{this, "arm", "a brook with twice the water"};
  weir::Output<Tensor> level_{this, "level", "1", "the water as a tensor"};

 public:
  double litres() const override { return litres_(); }
  void plan(weir::Plan&) override {
    level_.plan({2}, {"bank"});
    if (dry_()) return;
    auto arm = std::make_shared<Brook>();
    arm->set_params({{"litres", 2 * litres_()}});
    arm_.set(arm);
  }
  void run(weir::Run&) override { level_.set(at::full({2}, litres_(), options())); }
};

// kind "mill": takes springs in every way that there is.
class Mill final : public weir::Node {
  weir::Port<Spring> spring_{this, "spring", weir::optional, "one of them"};
  weir::Port<Tensor> height_{this, "height", weir::optional, "a level"};
  weir::Ports<Spring> springs_{this, "springs", "several"};
  weir::Ports<Tensor> heights_{this, "heights", "several levels"};
  weir::Param<std::string> reads_{this, "reads", "nothing", "which port it reads without asking"};
  weir::Output<Tensor> power_{this, "power", "1", "what it makes of them"};

 public:
  static inline bool differentiates = false;  // in plan and in run
  void plan(weir::Plan&) override {
    differentiates = at::GradMode::is_enabled();
    if (reads_() == "springs") springs_();
    if (reads_() == "height in plan") height_.shape();
    power_.plan({static_cast<std::int64_t>(springs_().size() + heights_.shapes().size())}, {"wheel"});
  }
  void run(weir::Run&) override {
    differentiates = differentiates && at::GradMode::is_enabled();
    if (reads_() == "spring") spring_->litres();
    if (reads_() == "*spring") (*spring_).litres();
    if (reads_() == "height") height_();
    if (reads_() == "from") height_.from();
    std::vector<double> power;
    for (const auto& [name, spring] : springs_()) power.push_back(spring->litres());
    for (const auto& [name, height] : heights_()) power.push_back(height.sum().item<double>());
    power_.set(at::tensor(power, options()));
  }
  std::string names() const {
    std::string names;
    for (const auto& [name, spring] : springs_()) names += name + " ";
    for (const auto& [name, shape] : heights_.shapes())
      names += name + "[" + std::to_string(shape.at(0)) + "] ";
    return names;
  }
};

// Asks another's method, which is what a trainer does with its objective.
class Miller final : public weir::Node {
  weir::Port<Spring> spring_{this, "spring", "what is asked"};
  void run(weir::Run&) override { spring_->litres(); }
};

class Well final : public Spring {
  weir::Port<Spring> source_{this, "source", weir::optional, "where its water comes from"};

 public:
  double litres() const override { return source_->litres(); }
};

std::unique_ptr<weir::Node> create(const weir::PluginSchema& schema) {
  if (schema.name == "brook") return std::make_unique<Brook>();
  if (schema.name == "well") return std::make_unique<Well>();
  if (schema.name == "miller") return std::make_unique<Miller>();
  return std::make_unique<Mill>();
}

using Links = std::vector<std::pair<std::string, weir::Link>>;

weir::GraphNode node(const std::string& path, const std::string& name, int line,
                     const nlohmann::json& params = nlohmann::json::object(),
                     const std::map<std::string, Links>& ports = {}) {
  weir::GraphNode node;
  node.path = path;
  node.schema.kind = name == "brook" || name == "well" ? "spring" : "mill";
  node.schema.name = name;
  node.plugin = node.schema.id();
  node.params = params;
  node.place = {"water.yaml", line, 3, 4};
  node.ports = ports;
  return node;
}

class Silent final : public weir::Events {
  void started(const std::string&) override {}
  void progress(const std::string&, std::int64_t, std::int64_t,
                const std::map<std::string, double>&) override {}
  void warning(const std::string&, const std::string&) override {}
  void finished(const std::string&, double, bool) override {}
  void failed(const std::string&, const std::string&) override {}
};

weir::Graph graph_of(std::vector<weir::GraphNode> nodes) {
  weir::Graph graph;
  graph.nodes = std::move(nodes);
  return graph;
}

const at::TensorOptions f64 = at::TensorOptions(at::kDouble);

// What a run of these nodes fails with.
std::string failure(std::vector<weir::GraphNode> nodes) {
  const weir::Graph graph = graph_of(std::move(nodes));
  try {
    weir::Executor executor(graph, create, f64);
    Silent events;
    executor.run(nullptr, events, {});
  } catch (const weir::NodeFailure& failed) {
    return failed.what();
  }
  return "it ran";
}

}  // namespace

TEST_CASE(
    "A port that takes several takes nodes and outputs, interfaces and tensors, in the order that is written",
    "[ports]") {
  const weir::Graph graph =
      graph_of({node("a", "brook", 2, {{"litres", 3.0}}), node("b", "brook", 3, {{"litres", 5.0}}),
                node("mill", "mill", 4, {},
                     {{"springs", {{"z", {"b", "", {}}}, {"y", {"a", "arm", {}}}, {"x", {"b", "arm", {}}}}},
                      {"heights", {{"two", {"b", "level", {}}}, {"one", {"a", "level", {}}}}}})});
  weir::Executor executor(graph, create, f64);
  Silent events;
  executor.run(nullptr, events, {});
  const auto& mill = dynamic_cast<const Mill&>(executor.node("mill"));
  CHECK(mill.names() == "z y x two[2] one[2] ");
  const Tensor power = dynamic_cast<const weir::Output<Tensor>&>(*mill.output("power")).get();
  CHECK(power.equal(at::tensor({5.0, 6.0, 10.0, 10.0, 6.0}, f64)));
}

TEST_CASE("Reading an optional port that is not bound is an error that names it, its node and its place",
          "[ports]") {
  for (const char* reads : {"spring", "*spring"})
    CHECK(failure({node("mill", "mill", 4, {{"reads", reads}})}) ==
          "node 'mill' (mill/mill, water.yaml:4:3): port 'spring' of node 'mill' is not bound; ask bound() "
          "first");
  for (const char* reads : {"height", "from", "height in plan"})
    CHECK(failure({node("mill", "mill", 4, {{"reads", reads}})}) ==
          "node 'mill' (mill/mill, water.yaml:4:3): port 'height' of node 'mill' is not bound; ask bound() "
          "first");
  CHECK(weir::Port<Spring>(std::make_unique<Brook>().get(), "spring", weir::optional, "").get() == nullptr);
}

TEST_CASE("The error is the port's own node's where another node's call led there", "[ports]") {
  CHECK(failure({node("deep", "well", 2),
                 node("ask", "miller", 3, {}, {{"spring", {{"", {"deep", "", {}}}}}})}) ==
        "node 'ask' (mill/miller, water.yaml:3:3): port 'source' of node 'deep' is not bound; ask bound() "
        "first");
}

TEST_CASE("An interface that its node did not set in plan is a fault of who takes it, with both places",
          "[ports]") {
  const std::string port = GENERATE("spring", "springs");
  weir::GraphNode mill = node("mill", "mill", 4, {}, {{port, {{"", {"a", "arm", {}}}}}});
  mill.places = {{port, {"water.yaml", 5, 7, 1}}};
  const weir::Graph graph = graph_of({node("a", "brook", 2, {{"dry", true}}), mill});
  try {
    const weir::Executor executor(graph, create, f64);
    FAIL("no fault was found");
  } catch (const weir::InvalidPipeline& invalid) {
    REQUIRE(invalid.faults().size() == 1);
    const weir::Fault& fault = invalid.faults()[0];
    CHECK(fault.message ==
          port +
              " needs a.arm (a brook with twice the water), which a does not give as it is set "
              "(node 'mill', mill/mill)");
    CHECK(fault.place.line == 5);
    REQUIRE_FALSE(fault.also.empty());
    CHECK(fault.also[0].place.line == 2);
  }
}

TEST_CASE("An interface that is read before it is set is an error that names the output", "[ports]") {
  Brook dry;
  Mill mill;
  const std::string rest =
      " of node 'node' takes output 'node.arm', which is not set; an interface is set in plan()";
  mill.port("spring")->bind("", dry, dry.output("arm"));
  mill.port("springs")->bind("one", dry, dry.output("arm"));
  const auto& spring = dynamic_cast<const weir::Port<Spring>&>(*mill.port("spring"));
  const auto& springs = dynamic_cast<const weir::Ports<Spring>&>(*mill.port("springs"));
  CHECK_THROWS_WITH(spring->litres(), "port 'spring'" + rest);
  CHECK_THROWS_WITH(springs(), "port 'springs'" + rest);
}

TEST_CASE("An end that no port of its kind can take is a fault with both places, before anything is planned",
          "[ports]") {
  weir::GraphNode mill = node("mill", "mill", 4, {},
                              {{"springs", {{"one", {"a", "", {}}}, {"two", {"false", "", {}}}}},
                               {"heights", {{"one", {"a", "arm", {}}}}}});
  mill.places = {{"springs", {"water.yaml", 5, 7, 1}}};
  const weir::Graph graph = graph_of({node("a", "brook", 2), node("false", "miller", 3), mill});
  try {
    weir::Executor executor(graph, create, f64);
    FAIL("no fault was found");
  } catch (const weir::InvalidPipeline& invalid) {
    REQUIRE(invalid.faults().size() == 2);
    CHECK(invalid.faults()[0].message ==
          "port 'heights' of node 'mill' takes a tensor, and output 'a.arm' is none ('a' is spring/brook)");
    CHECK(invalid.faults()[1].message ==
          "port 'springs' of node 'mill' takes a spring, and node 'false' is none ('false' is mill/miller)");
    CHECK(invalid.faults()[1].place.line == 5);
    REQUIRE(invalid.faults()[1].also.size() == 1);
    CHECK(invalid.faults()[1].also[0].place.line == 3);
  }
}

TEST_CASE("Autograd is on in plan and in run", "[ports]") {
  const weir::Graph graph = graph_of({node("mill", "mill", 4)});
  weir::Executor executor(graph, create, f64);
  CHECK(Mill::differentiates);
  Silent events;
  executor.run(nullptr, events, {.jobs = 2});
  CHECK(Mill::differentiates);
}

TEST_CASE("A plugin's folder is the kind of its class", "[ports]") {
  using weir::abi::is_of_kind, weir::abi::kind_of;
  STATIC_REQUIRE(kind_of("noise/brownian") == "noise");
  STATIC_REQUIRE(kind_of("acme/noise/brownian") == "noise");
  STATIC_REQUIRE(is_of_kind<Brook>("spring"));
  STATIC_REQUIRE_FALSE(is_of_kind<Brook>("noise"));
  STATIC_REQUIRE(is_of_kind<Mill>("whatever"));
}
