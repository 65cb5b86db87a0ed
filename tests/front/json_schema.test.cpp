// tests/front/json_schema.test.cpp -- the JSON Schema accepts what read_pipeline accepts and catches what an
// editor should.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include <weir/front/show/json_schema.hpp>
#include <weir/os/child.hpp>

#include "laboratory.hpp"

namespace {

namespace fs = std::filesystem;

// Errors of each file by Python's jsonschema, an implementation of others, -1 for what is no YAML; nothing if it is not installed.
std::optional<std::vector<int>> errors_in(const std::vector<fs::path>& files) {
  const laboratory::Folder folder;
  const char* python = std::getenv("WEIR_PYTHON");
  weir::os::Command command{
      python ? python : "/usr/bin/python3",
      {std::string(WEIR_SOURCE_DIR) + "/tests/front/json_schema.py",
       folder.write("schema.json", weir::pipeline_schema(laboratory::registry()).dump()).string()}};
  for (const fs::path& file : files) command.arguments.push_back(file.string());
  const auto answer = weir::os::run_child(command, 60);
  if (answer.errors.find("No module named") != std::string::npos) {
    WARN("python3-jsonschema or python3-yaml is not installed: the schema was not tried on pipelines");
    return std::nullopt;
  }
  INFO(answer.errors);
  REQUIRE(answer.good());
  std::istringstream lines(answer.output);
  std::vector<int> counts;
  for (int n; lines >> n;) counts.push_back(n);
  REQUIRE(counts.size() == files.size());
  return counts;
}

std::optional<std::vector<int>> errors(const std::vector<nlohmann::json>& documents) {
  const laboratory::Folder folder;
  std::vector<fs::path> files;
  for (std::size_t i = 0; i < documents.size(); ++i)
    files.push_back(folder.write(std::to_string(i) + ".json", documents[i].dump()));
  return errors_in(files);
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
      changed("/nodes/task/interpolant", {{"plugin", "interpolant/linear"}}),
      changed("/nodes/pairs/record", {{"x0", 10}, {"x1", "all"}}),
      changed("/nodes/train/record", "none"),
      {{"extends", "other.yaml"},
       {"nodes", {{"train", {{"steps", 5}, {"model", {{"depth", 3}}}}}, {"flow", nullptr}}},
       {"sweep", {{"steps", nullptr}}},
       {"report", nullptr}},
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
      changed("/expect", {{{"that", "train.loss"}, {"at_most", "recall.own"}, {"share", 0.9}},
                          {{"that", "train.loss"}, {"at_most", "recall.own"}, {"times", 0.25}}}));
  accepted.push_back(
      changed("/expect", {{{"that", "train.loss"}, {"equals", 1}, {"within_se", "auto"}},
                          {{"that", "train.loss"}, {"equals", 1}, {"within", 0.1}, {"within_se", 2}}}));
  accepted.push_back(changed("/error_rate", 0.05));
  const std::vector<nlohmann::json> refused = {
      with_block({{"inputs", {"first"}}}, use),
      with_block({{"nodes", {{"again", {{"plugin", "coupling/givn"}}}}}}, use),
      with_block(round, {{"use", "round"}, {"repeat", 0}, {"first", "pairs"}}),
      changed("/compare", {{{"that", "train.loss"}, {"less", 0}, {"than", 0.5}}}),
      changed("/expect", {{{"that", "train.loss"}, {"at_most", 1}, {"share", 2}}}),
      changed("/expect", {{{"that", "train.loss"}, {"at_most", 1}, {"share", 0}}}),
      changed("/expect", {{{"that", "train.loss"}, {"equals", 1}, {"within_se", "few"}}}),
      changed("/expect", {{{"that", "train.loss"}, {"at_most", 1}, {"times", 2}}}),
      changed("/expect", {{{"that", "train.loss"}, {"at_most", "recall.own"}, {"times", 0}}}),
      changed("/error_rate", 1),
      changed("/error_rate", 0),
      changed("/nods", 1),
      changed("/nodes/pairs/record", {{"x7", 10}}),
      changed("/nodes/pairs/record", {{"x0", 0}}),
      changed("/nodes/task/interpolant", {{"plugin", "uniform"}}),
      changed("/nodes/task/interpolant", {{"plugin", "time/uniform"}}),
      changed("/nodes/train/probes", {{"plugin", "loss"}}),
      changed("/sweep/steps", {{"set", "flow.steps"}, {"values", {1, 2, 1}}}),
      changed("/report/train", "last"),
      changed("/expect", {{{"that", "train.loss"}, {"at_most", 1}, {"within", 1}}}),
      {{"extends", "other.yaml"}, {"nodes", {{"train", {{"plugin", "trainer/gradeint"}}}}}},
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
  if (!counts) return;
  for (std::size_t i = 0; i < all.size(); ++i) {
    INFO(all[i].dump());
    CHECK(((*counts)[i] == 0) == (i < accepted.size()));
  }
}

TEST_CASE("the schema refuses each faulty pipeline but those listed, which no schema can",
          "[front][schema]") {
  const fs::path folder = fs::path(WEIR_SOURCE_DIR) / "tests/front/faults";
  std::set<std::string> listed;
  std::ifstream list(folder / "accepted_by_schema.list");
  for (std::string line; std::getline(list, line);) {
    if (!line.empty() && line.front() != '#') listed.insert(line);
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  const auto counts = errors_in(files);
  if (!counts) return;
  std::set<std::string> accepted;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if ((*counts)[i] == 0) accepted.insert(files[i].filename().string());
  }
  CHECK(accepted == listed);
}

TEST_CASE("only plugins that fit a port may stand in it, named in short where their kind is the port's",
          "[front][schema]") {
  const auto schema = weir::pipeline_schema(laboratory::registry());
  const auto names = [&](const std::string& definition) {
    return schema["definitions"].at(definition)["properties"]["plugin"]["enum"];
  };
  CHECK(names("inline.noise") ==
        nlohmann::json({"brownian", "noise/brownian", "constant", "noise/constant", "zero", "noise/zero"}));
  CHECK(names("inline.source.log_density") == nlohmann::json({"gaussian", "source/gaussian"}));
  const auto& described = schema["definitions"]["inline.noise"]["properties"]["plugin"]["enumDescriptions"];
  CHECK(described[2] == "the constant noise");
  const auto& ends = schema["definitions"]["interpolant.linear"]["properties"]["noise"]["anyOf"];
  CHECK(ends.back()["enum"] ==
        nlohmann::json({"brownian", "constant", "zero"}));  // bare words, which editors offer
}
