// core/front/check/resolved.cpp -- what graph.cpp wrote of a pipeline's numbers, read again from a record.
#include <weir/front/check/graph.hpp>

#include <weir/front/check/judged_keys.hpp>
#include <weir/front/faults/fault.hpp>
#include <weir/front/yaml/yaml.hpp>

namespace weir {

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
    graph.expect.push_back(entry_of(yaml::to_json(item), expect_keys()));
  for (const yaml::Node& item : section("compare").items)
    graph.compare.push_back(entry_of(yaml::to_json(item), compare_keys()));
  for (const yaml::Entry& entry : section("sweep").entries) graph.sweep.emplace_back().name = entry.key;
  return graph;
}

}  // namespace weir
