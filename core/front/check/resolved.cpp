// core/front/check/resolved.cpp -- what graph.cpp wrote of a pipeline's numbers, read again from a record.
#include <weir/front/check/graph.hpp>

#include <weir/front/faults/fault.hpp>
#include <weir/front/yaml/yaml.hpp>

namespace weir {
namespace {

using Json = nlohmann::json;

std::map<std::string, Json> where(const Json& j) { return j.value("where", std::map<std::string, Json>{}); }

std::optional<double> number(const Json& j, const char* key) {
  return j.contains(key) ? std::optional<double>(j[key].get<double>()) : std::nullopt;
}

Expectation expectation(const Json& j) {
  Expectation e;
  e.that = j.at("that");
  e.where = where(j);
  for (const char* relation : {"at_least", "at_most", "equals"}) {
    if (!j.contains(relation)) continue;
    e.relation = relation;
    if (j[relation].is_string())
      e.other = j[relation];
    else
      e.value = j[relation];
  }
  e.within = number(j, "within");
  e.within_chance = j.contains("within_se") && j["within_se"] == "auto";
  if (!e.within_chance) e.within_se = number(j, "within_se");
  e.share = j.value("share", 1.0);
  return e;
}

ExpectedOrder comparison(const Json& j) {
  ExpectedOrder c;
  c.that = j.value("that", "");
  c.axis = j.value("axis", "");
  c.less = j.at("less");
  c.than = j.at("than");
  c.where = where(j);
  c.p_below = number(j, "p_below");
  return c;
}

}  // namespace

Graph read_resolved(const std::string& yaml) {
  Faults faults;
  const auto root = yaml::read_text(yaml, "pipeline/resolved", faults);
  if (!root) throw InvalidPipeline(faults);
  const auto section = [&](const char* key) {
    const yaml::Entry* entry = root->find(key);
    return entry ? entry->value : yaml::Node{};
  };
  Graph graph;
  graph.name = section("name").text;
  for (const yaml::Entry& entry : section("report").entries)
    graph.report.push_back({entry.key, entry.value.text, entry.place});
  if (root->find("error_rate")) graph.error_rate = yaml::to_json(section("error_rate"));
  for (const yaml::Node& item : section("expect").items)
    graph.expect.push_back(expectation(yaml::to_json(item)));
  for (const yaml::Node& item : section("compare").items)
    graph.compare.push_back(comparison(yaml::to_json(item)));
  for (const yaml::Entry& entry : section("sweep").entries) graph.sweep.emplace_back().name = entry.key;
  return graph;
}

}  // namespace weir
