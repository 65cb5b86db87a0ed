// tests/core/facet.test.cpp -- facets: declared, found by their type, handed on, and missed in time.
#include <catch2/catch.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weir/executor/executor.hpp>

namespace {

struct Height {
  static constexpr const char* facet = "height";
  double metres;
};
struct Slopes {
  static constexpr const char* facet = "slopes";
  std::function<double(double)> at;
};
struct Depth {
  static constexpr const char* facet = "depth";
};
struct HeightInFeet {
  static constexpr const char* facet = "height";
  int feet;
};

class Land : public weir::Node {
 public:
  static constexpr const char* kind = "land";
};

// A hill, or a lake, which has no height; with a foot of half the height.
class Hill final : public Land {
  weir::Param<double> metres_{this, "metres", 300.0, "how high it is"};
  weir::Output<Land> foot_{this, "foot", "its lower half"};
  weir::Facet<Height> height_{this, [this]() -> std::optional<Height> {
                                if (metres_() < 0) return std::nullopt;
                                return Height{metres_()};
                              }};
  weir::Facet<Slopes> slopes_{this, [this] { return Slopes{[this](double x) { return metres_() * x; }}; }};

 public:
  void plan(weir::Plan&) override {
    const auto foot = std::make_shared<Hill>();
    foot->set_params({{"metres", metres_() / 2}});
    foot_.set(foot);
  }
};

// Hides what lies under it, but for its height.
class Fog final : public Land {
  weir::Port<Land> land_{this, "land", "what it lies on"};
  weir::Facet<Height> height_{this, [this] { return weir::facet<Height>(*land_); }};
};

class Plain final : public Land {};

class Walker final : public weir::Node {
  weir::Port<Land> to_{this, "to", weir::mandatory.needing<Height, Slopes>(), "where it goes"};
  weir::Port<Land> by_{this, "by", weir::optional.needing<Height>(), "what it passes"};

 public:
  static inline int plans = 0;
  void plan(weir::Plan&) override { ++plans; }
};

std::unique_ptr<weir::Node> create(const weir::PluginSchema& schema) {
  if (schema.name == "hill") return std::make_unique<Hill>();
  if (schema.name == "fog") return std::make_unique<Fog>();
  return std::make_unique<Walker>();
}

using Links = std::vector<std::pair<std::string, weir::Link>>;

weir::GraphNode node(const std::string& path, const std::string& name, int line,
                     const nlohmann::json& params = nlohmann::json::object(),
                     const std::map<std::string, Links>& ports = {}) {
  weir::GraphNode node;
  node.path = path;
  node.schema.kind = name == "walker" ? "walker" : "land";
  node.schema.name = name;
  node.plugin = node.schema.id();
  node.params = params;
  node.place = {"map.yaml", line, 3, 4};
  for (const auto& [port, links] : ports) node.places[port] = {"map.yaml", line, 20, 1};
  node.ports = ports;
  return node;
}

Links to(const std::string& path, const std::string& output = "") { return {{"", {path, output, {}}}}; }

// The faults of planning these nodes.
weir::Faults faults_of(std::vector<weir::GraphNode> nodes) {
  weir::Graph graph;
  graph.nodes = std::move(nodes);
  try {
    const weir::Executor executor(graph, create, at::TensorOptions(at::kDouble));
  } catch (const weir::InvalidPipeline& invalid) {
    return invalid.faults();
  }
  return {};
}

}  // namespace

TEST_CASE("A facet is found by its type, as its node is set, and nothing where there is none", "[facet]") {
  Hill hill;
  REQUIRE(weir::facet<Height>(hill));
  CHECK(weir::facet<Height>(hill)->metres == 300);
  hill.set_params({{"metres", 80.0}});
  CHECK(weir::facet<Height>(hill)->metres == 80);
  CHECK(weir::facet<Slopes>(hill)->at(0.25) == 20);
  hill.set_params({{"metres", -3.0}});
  CHECK_FALSE(weir::facet<Height>(hill));
  CHECK(weir::facet<Slopes>(hill));
  CHECK_FALSE(weir::facet<Depth>(hill));
  CHECK_FALSE(weir::facet<Height>(Plain()));
}

TEST_CASE("A wrapper hands on the facet of what it wraps, and that there is none", "[facet]") {
  Hill hill, lake;
  lake.set_params({{"metres", -3.0}});
  Plain plain;
  const auto under_fog = [](weir::Node& land) {
    Fog fog;
    fog.port("land")->bind("", land, nullptr);
    CHECK_FALSE(weir::facet<Slopes>(fog));
    return weir::facet<Height>(fog);
  };
  REQUIRE(under_fog(hill));
  CHECK(under_fog(hill)->metres == 300);
  CHECK_FALSE(under_fog(lake));
  CHECK_FALSE(under_fog(plain));
}

TEST_CASE("The schema names a plugin's facets, whatever its parameters, and what its ports need", "[facet]") {
  Hill lake;
  lake.set_params({{"metres", -3.0}});
  CHECK(lake.schema().facets == std::vector<std::string>{"height", "slopes"});
  CHECK(Fog().schema().facets == std::vector<std::string>{"height"});  // nothing is bound, and nothing asked
  CHECK(Plain().schema().facets.empty());
  CHECK(Walker().schema().port("to")->needs == std::vector<std::string>{"height", "slopes"});
  CHECK(Walker().schema().port("to")->required);
  CHECK_FALSE(Walker().schema().port("by")->required);
  CHECK(weir::by_default("hill").needing<Height>().fallback == "hill");

  nlohmann::json written = weir::to_json(lake.schema());
  CHECK(weir::plugin_schema(written).facets == lake.schema().facets);
  written.erase(
      "facets");  // as a cache from before there were any: it is no schema, and the library is asked again
  CHECK_THROWS_WITH(weir::plugin_schema(written),
                    Catch::Contains("a plugin's schema is incomplete") && Catch::Contains("facets"));
}

TEST_CASE("A facet is declared once, and a name is that of one type", "[facet]") {
  Hill hill;
  const auto again = [&] { const weir::Facet<Height> height(&hill, [] { return Height{1}; }); };
  CHECK_THROWS_AS(again(), std::logic_error);
  CHECK_THROWS_WITH(again(),
                    "facet 'height' is declared twice: its class, or a base class of it, has a facet of that "
                    "name; rename it");
  CHECK_THROWS_AS(weir::facet<HeightInFeet>(hill), std::logic_error);
  CHECK_THROWS_WITH(weir::facet<HeightInFeet>(hill),
                    "facet 'height' of node 'node' is asked for as another type than it is declared as: two "
                    "types have that name; rename one, and build anew what includes it");
}

TEST_CASE("A facet that a port needs and a node has not, as it is set, is a fault of plan with both places",
          "[facet]") {
  const auto hill = node("hill", "hill", 2), lake = node("lake", "hill", 3, {{"metres", -3.0}});
  Walker::plans = 0;
  CHECK(faults_of({hill, node("walk", "walker", 4, {}, {{"to", to("hill")}, {"by", to("hill", "foot")}})})
            .empty());
  CHECK(Walker::plans == 1);

  for (const std::string output : {"", "foot"}) {  // the node itself, or what an output of it gives
    const weir::Faults faults = faults_of(
        {hill, lake, node("walk", "walker", 4, {}, {{"to", to("hill")}, {"by", to("lake", output)}})});
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].message ==
          "by needs a height, and what it is given has none as it is set (node 'walk', walker/walker)");
    CHECK(faults[0].place.line == 4);
    CHECK(faults[0].place.column == 20);
    REQUIRE(faults[0].also.size() == 1);
    CHECK(faults[0].also[0].place.line == 3);
    CHECK(faults[0].also[0].caption == "'lake' is land/hill");
  }

  // A class that declares no such facet: this end passed no check of the wiring, which is before nodes are made.
  const weir::Faults faults = faults_of({hill, node("fog", "fog", 3, {}, {{"land", to("hill")}}),
                                         node("walk", "walker", 4, {}, {{"to", to("fog")}})});
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message ==
        "to needs slopes, and what it is given has none as it is set (node 'walk', walker/walker)");
  CHECK(Walker::plans == 1);  // none of these was planned
}
