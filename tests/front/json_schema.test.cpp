// tests/front/json_schema.test.cpp -- the JSON Schema accepts what read_pipeline accepts and catches what an
// editor should.
#include <catch2/catch.hpp>
#include <optional>
#include <sstream>

#include <weir/front/child_output.hpp>
#include <weir/front/json_schema.hpp>

#include "laboratory.hpp"

namespace {

// Errors of each document by Python's jsonschema, an implementation of others; nothing if it is not
// installed.
std::optional<std::vector<int>> errors(const std::vector<nlohmann::json>& documents) {
  const laboratory::Folder folder;
  std::vector<std::string> command = {
      "/usr/bin/env", "python3", std::string(WEIR_SOURCE_DIR) + "/tests/front/json_schema.py",
      folder.write("schema.json", weir::pipeline_schema(laboratory::registry()).dump()).string()};
  for (std::size_t i = 0; i < documents.size(); ++i)
    command.push_back(folder.write(std::to_string(i) + ".json", documents[i].dump()).string());
  const auto answer = weir::run_child(command, 60);
  if (answer.error.find("No module named 'jsonschema'") != std::string::npos) return std::nullopt;
  INFO(answer.error);
  REQUIRE(answer.status == 0);
  std::istringstream lines(answer.output);
  std::vector<int> counts;
  for (int n; lines >> n;) counts.push_back(n);
  REQUIRE(counts.size() == documents.size());
  return counts;
}

nlohmann::json changed(const std::string& pointer, const nlohmann::json& value) {
  nlohmann::json json = weir::resolved_json(laboratory::graph_of(laboratory::rotation));
  json[nlohmann::json::json_pointer(pointer)] = value;
  return json;
}

}  // namespace

TEST_CASE("the schema names draft-07 and describes every plugin and parameter", "[front][schema]") {
  const auto schema = weir::pipeline_schema(laboratory::registry());
  CHECK(schema["$schema"] == "http://json-schema.org/draft-07/schema#");
  for (const weir::PluginSchema& plugin : laboratory::registry().plugins()) {
    const auto& own = schema["definitions"].at(plugin.kind + "." + plugin.name);
    CHECK(own["description"] == plugin.summary);
    for (const auto& param : plugin.params) CHECK(own["properties"].contains(param.name));
  }
  const auto& sigma = schema["definitions"]["noise.constant"]["properties"]["sigma"];
  CHECK(sigma["default"] == 0.05);
  CHECK(sigma["anyOf"][0]["minimum"] == 0.0);
  CHECK(schema["definitions"]["trainer.gradient"]["required"] ==
        nlohmann::json({"plugin", "steps", "objective", "model"}));
}

TEST_CASE("another implementation of JSON Schema accepts good pipelines and refuses bad ones",
          "[front][schema]") {
  const nlohmann::json good = weir::resolved_json(laboratory::graph_of(laboratory::rotation));
  std::vector<nlohmann::json> accepted = {
      good,
      changed("/nodes/pairs/angle", "180 deg"),
      changed("/nodes/pairs/draw", "fresh"),
      changed("/nodes/base/dim", "${dim}"),
      changed("/nodes/task/interpolant", {{"plugin", "linear"}, {"noise", {{"plugin", "brownian"}}}}),
      changed("/nodes/task/interpolant", "somewhere.else"),
      changed("/sweep/budget", {{"zip", {{"train.steps", {1, 2}}}}}),
      {{"extends", "other.yaml"}, {"nodes", {{"train", {{"steps", 5}}}, {"flow", nullptr}}}},
  };
  const nlohmann::json round = {
      {"inputs", {"first"}},
      {"nodes", {{"again", {{"plugin", "coupling/given"}, {"points", "first.x0"}}}}},
      {"outputs", {{"first", "again"}}}};
  const auto with_block = [&](const nlohmann::json& block, const nlohmann::json& use) {
    nlohmann::json json = good;
    json["blocks"]["round"] = block;
    json["nodes"]["loop"] = use;
    return json;
  };
  const nlohmann::json use = {
      {"use", "round"}, {"repeat", 3}, {"first", "pairs"}, {"set", {{"2.again.note", "x"}}}};
  accepted.push_back(with_block(round, use));
  accepted.push_back(changed("/nodes/loop.2.base", good["nodes"]["base"]));
  accepted.push_back(
      changed("/compare", {{{"that", "train.loss"}, {"axis", "sigma"}, {"less", 0}, {"than", 0.5}},
                           {{"less", "train.loss"}, {"than", "recall.own"}, {"p_below", 0.01}}}));
  accepted.push_back(
      changed("/expect", {{{"that", "train.loss"}, {"at_most", "recall.own"}, {"share", 0.9}}}));
  const std::vector<nlohmann::json> refused = {
      with_block({{"inputs", {"first"}}}, use),
      with_block({{"nodes", {{"again", {{"plugin", "coupling/givn"}}}}}}, use),
      with_block(round, {{"use", "round"}, {"repeat", 0}, {"first", "pairs"}}),
      changed("/compare", {{{"that", "train.loss"}, {"less", 0}, {"than", 0.5}}}),
      changed("/expect", {{{"that", "train.loss"}, {"at_most", 1}, {"share", 2}}}),
      changed("/nods", 1),
      changed("/nodes/base/dim", 0),
      changed("/nodes/base/dim", 2.5),
      changed("/nodes/base/dims", 2),
      changed("/nodes/base/plugin", "source/gausian"),
      changed("/nodes/base", {{"plugin", "source/gaussian"}}),
      changed("/nodes/task/weighting", "varience"),
      changed("/nodes/task/interpolant",
              {{"plugin", "linear"}, {"noise", {{"plugin", "constant"}, {"sigam", 1}}}}),
      changed("/nodes/pairs/angle", "180 degrees"),
      changed("/nodes/pairs/draw", {{"fixed", 0}}),
      changed("/nodes/pairs/shift", "5"),
      changed("/dtype", "float16"),
      changed("/sweep/steps", {{"set", "flow.steps"}}),
      changed("/report/x.y", "median"),
      changed("/expect/0/at_most", 1),
      {{"seed", 1}},
  };
  std::vector<nlohmann::json> all = accepted;
  all.insert(all.end(), refused.begin(), refused.end());
  const auto counts = errors(all);
  if (!counts) {
    WARN("python3 has no jsonschema: the schema was not tried on pipelines");
    return;
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    INFO(all[i].dump());
    CHECK(((*counts)[i] == 0) == (i < accepted.size()));
  }
}
