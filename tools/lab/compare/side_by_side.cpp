// tools/lab/compare/side_by_side.cpp -- what differs between two pipelines, and between their numbers.
#include "side_by_side.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace weir::tools {
namespace {

using nlohmann::json;

// Every leaf by its path: nodes by their own, the rest as it is written; not what is judged, reported or swept.
void flatten(const json& value, const std::string& path, std::map<std::string, json>& into) {
  if (!value.is_object() || value.empty()) {
    into[path] = value;
    return;
  }
  for (const auto& [key, inner] : value.items()) flatten(inner, path.empty() ? key : path + "." + key, into);
}

std::map<std::string, json> parameters_of(const json& pipeline) {
  std::map<std::string, json> found;
  flatten(pipeline.value("nodes", json::object()), "", found);
  for (const auto* key : {"seed", "dtype", "threads", "sweep"})
    if (pipeline.contains(key)) flatten(pipeline.at(key), key, found);
  return found;
}

// The hash of the file that a parameter names, "" if it names none.
std::string hash_of(const json& value, const json& pipeline) {
  const auto files = pipeline.find("files");
  if (!value.is_string() || files == pipeline.end() || !files->is_object()) return "";
  const auto found = files->find(value.get<std::string>());
  return found != files->end() && found->is_string() ? found->get<std::string>() : "";
}

// What differs of one parameter. A file is what is in it, wherever it stands.
void add_differing(const std::string& path, const json& one, const json& other, const Standing& a,
                   const Standing& b, std::vector<SideBySide::Parameter>& differing) {
  const std::string hash = hash_of(one, a.pipeline), other_hash = hash_of(other, b.pipeline);
  const bool files = !hash.empty() && !other_hash.empty();
  if (files && hash == other_hash) return;
  if (one != other) differing.push_back({path, one, other});
  if (files) differing.push_back({path + " (sha256)", hash, other_hash, true});
}

// Numbers of the runs of each case, in the order of the runs.
using Key = std::pair<std::string, std::string>;  // label, what
struct Numbers {
  std::vector<Key> order;                                           // cases as they come
  std::map<Key, std::vector<std::pair<std::string, Measured>>> of;  // each with its run's seeds
};

Numbers numbers_of(const Standing& standing) {
  Numbers found;
  for (const auto& [result, seeds] : standing.runs)
    for (const auto& [what, measured] : result.values) {
      const Key key{label(result.axes), what};
      if (!found.of.contains(key)) found.order.push_back(key);
      found.of[key].emplace_back(seeds, measured);
    }
  return found;
}

// The runs with the same seeds; of sweeps that share none, in their order. All that is said of the two is of these.
SideBySide::Number paired(const Key& key, const std::vector<std::pair<std::string, Measured>>& a,
                          const std::vector<std::pair<std::string, Measured>>& b) {
  SideBySide::Number number{key.first, key.second, {}, {}, {}, {}};
  std::vector<Measured> in_a, in_b;
  const auto add = [&](const Measured& one, const Measured& other) {
    in_a.push_back(one);
    in_b.push_back(other);
  };
  for (const auto& [seeds, of_a] : a)
    for (const auto& [others, of_b] : b)
      if (seeds == others) {
        add(of_a, of_b);
        number.pairing.seeds.push_back(seeds);
      }
  if (in_a.empty())
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) add(a[i].second, b[i].second);
  number.pairing.pairs = in_a.size();
  number.pairing.left_out_a = a.size() - in_a.size();
  number.pairing.left_out_b = b.size() - in_b.size();
  number.a = statistic(in_a);
  number.b = statistic(in_b);
  std::vector<std::pair<Measured, Measured>> pairs;
  for (std::size_t i = 0; i < in_a.size(); ++i) pairs.emplace_back(in_b[i], in_a[i]);
  number.difference = difference(pairs);
  return number;
}

std::string told(const Key& key) {
  return key.first.empty() ? key.second : fmt::format("{} ({})", key.second, key.first);
}

}  // namespace

SideBySide side_by_side(const Standing& a, const Standing& b) {
  SideBySide both;
  const auto of_a = parameters_of(a.pipeline), of_b = parameters_of(b.pipeline);
  std::set<std::string> paths;
  for (const auto* each : {&of_a, &of_b})
    for (const auto& [path, value] : *each) paths.insert(path);
  for (const std::string& path : paths) {
    const json one = of_a.contains(path) ? of_a.at(path) : json(),
               other = of_b.contains(path) ? of_b.at(path) : json();
    add_differing(path, one, other, a, b, both.parameters);
  }
  const Numbers in_a = numbers_of(a), in_b = numbers_of(b);
  for (const Key& key : in_a.order) {
    const auto& values = in_a.of.at(key);
    const auto found = in_b.of.find(key);
    if (found == in_b.of.end()) {
      both.only_a.push_back(told(key));
      continue;
    }
    both.numbers.push_back(paired(key, values, found->second));
  }
  for (const Key& key : in_b.order)
    if (!in_a.of.contains(key)) both.only_b.push_back(told(key));
  return both;
}

}  // namespace weir::tools
