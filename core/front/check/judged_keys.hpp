// core/front/check/judged_keys.hpp -- what `report:`, `expect:` and `compare:` may say, each key once.
//
// The checker names these keys, the resolved pipeline writes them in this order and is read by them, the JSON Schema describes them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>

namespace weir {

inline const std::vector<std::string> reductions = {"mean", "last", "first", "min", "max", "sum", "sd"};

// What stands behind a key.
enum class Judged {
  output,
  cases,
  bound,
  factor,
  tolerance,
  chance_or_tolerance,
  probability,
  axis,
  value,
  note
};

template <class Entry>
struct JudgedKey {
  std::string name;
  Judged value;
  std::string description;
  nlohmann::ordered_json (*get)(const Entry&,
                                const std::string& name);  // null where the entry does not say it
  void (*set)(Entry&, const std::string& name, const nlohmann::json& value);
};

const std::vector<JudgedKey<Expectation>>& expect_keys();
const std::vector<JudgedKey<ExpectedOrder>>& compare_keys();

template <class Entry>
std::vector<std::string> names_of(const std::vector<JudgedKey<Entry>>& keys) {
  std::vector<std::string> names;
  for (const auto& key : keys) names.push_back(key.name);
  return names;
}

template <class Entry>
nlohmann::ordered_json json_of(const Entry& entry, const std::vector<JudgedKey<Entry>>& keys) {
  auto all = nlohmann::ordered_json::object();
  for (const auto& key : keys) {
    if (auto value = key.get(entry, key.name); !value.is_null()) all[key.name] = std::move(value);
  }
  return all;
}

// Of what json_of gave.
template <class Entry>
Entry entry_of(const nlohmann::json& all, const std::vector<JudgedKey<Entry>>& keys) {
  Entry entry;
  for (const auto& key : keys) {
    if (all.contains(key.name)) key.set(entry, key.name, all[key.name]);
  }
  return entry;
}

}  // namespace weir
