// core/front/sweep/sweep_axis.cpp -- one axis of a sweep as it is written.
#include <weir/front/sweep/sweep_axis.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <set>

#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/scalar.hpp>
#include <weir/front/yaml/spelled_number.hpp>

namespace weir::check {
namespace {

using wording::quote;
using yaml::Entry;
using yaml::Node;

constexpr std::int64_t most_points = 100'000;

// Fit for a file name: letters, digits and ._+- ; at most 40 of them.
std::string label_of(const std::string& text) {
  std::string label;
  for (const char c : text) {
    const bool fine =
        std::isalnum(static_cast<unsigned char>(c)) || std::string("._+-").find(c) != std::string::npos;
    if (fine) {
      label += c;
    } else if (!label.empty() && label.back() != '-') {
      label += '-';
    }
  }
  while (label.size() > 1 && label.back() == '-') label.pop_back();
  if (label.size() > 40) label.resize(40);
  return label.empty() ? "value" : label;
}

std::string plain_text(const Node& value) {
  if (value.is_scalar()) {
    const auto number = value.quoted ? std::nullopt : scalar::number(value.text);
    return number ? wording::number(*number) : value.text;
  }
  return flow_text(value);
}

class AxisReader {
 public:
  AxisReader(const Entry& entry, std::uint64_t seed, Faults& faults)
      : entry_(entry), seed_(seed), faults_(faults) {}

  std::optional<WrittenAxis> read() {
    written_.axis.name = entry_.key;
    written_.axis.place = entry_.place;
    if (!has_own_name() || !form() || !is_seed_if_named_so()) return std::nullopt;
    if (written_.axis.points.empty())
      fail("W401", entry_.place, "axis " + quote(entry_.key) + " has no values");
    return distinct() ? std::optional(written_) : std::nullopt;
  }

 private:
  bool fail(const std::string& code, const Place& place, const std::string& message,
            const std::string& remedy = "", const std::vector<std::string>& notes = {}) {
    faults_.push_back({code, place, message, remedy, notes, {}});
    return false;
  }

  bool has_own_name() {
    if (!wording::is_name(entry_.key))
      return fail("W122", entry_.place,
                  "the name of an axis is made of letters, digits and _, unlike " + quote(entry_.key));
    for (const char* column : {"run", "file", "status"})
      if (entry_.key == column)
        return fail("W122", entry_.place,
                    "every table of a sweep has a column " + quote(entry_.key) + ", and an axis is one more",
                    "name it " + entry_.key + "_axis");
    return true;
  }

  bool is_seed_if_named_so() {
    if (entry_.key != "seed" || written_.axis.seeds) return true;
    for (const auto& point : written_.settings)
      for (const Setting& setting : point)
        if (setting.path != "seed")
          return fail("W122", entry_.place,
                      "every table of a sweep has a column 'seed', and this axis sets " + quote(setting.path),
                      "give it another name");
    return true;
  }

  bool form() {
    const Node& value = entry_.value;
    const std::string rule = "axis " + quote(entry_.key) +
                             " must be one of {set: path, values: [...]}, {zip: {path: [...]}}, {cases: "
                             "{name: {path: value}}} and {count: N}";
    if (!value.is_map()) return fail("W401", value.place, rule + ", not " + yaml::describe(value));
    static const std::vector<std::string> known = {"set", "values", "zip", "cases", "count"};
    for (const Entry& key : value.entries) {
      if (std::find(known.begin(), known.end(), key.key) == known.end()) {
        return fail("W401", key.place, "unknown key " + quote(key.key) + " of axis " + quote(entry_.key),
                    wording::did_you_mean(key.key, known), {"valid: " + wording::listed(known)});
      }
    }
    const auto has = [&](const char* key) { return value.find(key) != nullptr; };
    const std::size_t keys = value.entries.size();
    if (has("set") && has("values") && keys == 2)
      return values(value.find("set")->value, value.find("values")->value);
    if (has("zip") && keys == 1) return zip(value.find("zip")->value);
    if (has("cases") && keys == 1) return cases(value.find("cases")->value);
    if (has("count") && keys == 1) return count(value.find("count")->value);
    return fail("W401", entry_.place, rule);
  }

  void point(const std::string& label, nlohmann::json value, std::vector<Setting> settings) {
    SweepAxis::Point made{label, std::move(value), {}};
    for (const Setting& setting : settings) made.set.emplace_back(setting.path, flow_text(setting.value));
    written_.axis.points.push_back(std::move(made));
    written_.settings.push_back(std::move(settings));
  }

  bool values(const Node& set, const Node& list) {
    written_.axis.form = "values";
    const std::vector<Node> paths = set.is_list() ? set.items : std::vector<Node>{set};
    for (const Node& path : paths) {
      if (!path.is_scalar())
        return fail("W401", path.place,
                    "'set' must be the path of a parameter or a list of them, not " + yaml::describe(path));
    }
    if (paths.empty())
      return fail("W401", set.place,
                  "'set' must be the path of a parameter or a list of them, not an empty one",
                  "write count: N for runs that differ in their seed alone");
    if (!list.is_list())
      return fail("W401", list.place, "'values' must be a list, not " + yaml::describe(list));
    for (const Node& value : list.items) {
      std::vector<Setting> settings;
      for (const Node& path : paths) settings.push_back({path.text, path.place, value});
      point(label_of(plain_text(value)), yaml::to_json(value), std::move(settings));
    }
    return true;
  }

  bool zip(const Node& zip) {
    written_.axis.form = "zip";
    if (!zip.is_map() || zip.entries.empty())
      return fail("W401", zip.place, "'zip' must be a map of paths and lists, not " + yaml::describe(zip));
    const std::size_t size = zip.entries.front().value.items.size();
    for (const Entry& each : zip.entries) {
      if (!each.value.is_list())
        return fail("W401", each.value.place,
                    "'zip' must give a list for each path, not " + yaml::describe(each.value));
      if (each.value.items.size() != size) {
        return fail(
            "W401", each.value.place,
            fmt::format("the lists of a 'zip' must be equally long, and this one has {} instead of {}",
                        wording::count(each.value.items.size(), "value"), size));
      }
    }
    // The column holds the first path's values where they tell the points apart.
    std::vector<nlohmann::json> firsts;
    for (const Node& value : zip.entries.front().value.items) firsts.push_back(yaml::to_json(value));
    auto sorted = firsts;
    std::sort(sorted.begin(), sorted.end());
    const bool telling = std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
    for (std::size_t i = 0; i < size; ++i) {
      std::vector<Setting> settings;
      std::string joined;
      for (const Entry& each : zip.entries) {
        settings.push_back({each.key, each.place, each.value.items[i]});
        joined += (joined.empty() ? "" : "+") + plain_text(each.value.items[i]);
      }
      const std::string text = telling ? plain_text(zip.entries.front().value.items[i]) : joined;
      point(label_of(text), telling ? firsts[i] : nlohmann::json(text), std::move(settings));
    }
    return true;
  }

  bool cases(const Node& cases) {
    written_.axis.form = "cases";
    if (!cases.is_map())
      return fail("W401", cases.place, "'cases' must be a map of named cases, not " + yaml::describe(cases));
    for (const Entry& each : cases.entries) {
      if (label_of(each.key) != each.key)
        return fail("W122", each.place,
                    "the name of a case is made of letters, digits and . _ + -, unlike " + quote(each.key));
      if (!each.value.is_map())
        return fail("W401", each.value.place,
                    "a case must be a map of paths and values, not " + yaml::describe(each.value));
      std::vector<Setting> settings;
      for (const Entry& one : each.value.entries) settings.push_back({one.key, one.place, one.value});
      point(each.key, each.key, std::move(settings));
    }
    return true;
  }

  bool count(const Node& count) {
    written_.axis.form = "count";
    written_.axis.seeds = true;
    const auto n = count.is_scalar() && !count.quoted ? scalar::whole(count.text) : std::nullopt;
    const auto few = [](const std::string& text) {
      return is_whole_spelling(text) && scalar::whole(text) >= 1 && scalar::whole(text) <= most_points;
    };
    if (!n || *n < 1 || *n > most_points)
      return fail(
          "W401", count.place,
          fmt::format("'count' must be an integer from 1 to {}, not {}", most_points, yaml::describe(count)),
          number_remedy(count, few));
    for (std::int64_t i = 0; i < *n; ++i) {
      Node value;
      value.type = Node::Type::scalar;
      value.text = std::to_string(seed_ + static_cast<std::uint64_t>(i));
      value.place = count.place;
      point(value.text, seed_ + static_cast<std::uint64_t>(i), {{"seed", count.place, value}});
    }
    return true;
  }

  // Points must differ; labels that were shortened to the same text are numbered.
  bool distinct() {
    std::set<std::string> values, labels;
    for (std::size_t i = 0; i < written_.axis.points.size(); ++i) {
      SweepAxis::Point& point = written_.axis.points[i];
      const auto& sets = written_.settings[i];
      const std::string value =
          point.value.is_number() ? wording::number(point.value.get<double>()) : point.value.dump();
      if (!written_.axis.seeds && !values.insert(value).second) {
        return fail("W404", sets.empty() ? entry_.place : sets.front().value.place,
                    "axis " + quote(entry_.key) + " has the value " + value + " twice",
                    "keep one of the two");
      }
      const std::string label = point.label;
      for (int n = 2; !labels.insert(point.label).second; ++n) point.label = label + "-" + std::to_string(n);
    }
    return !written_.axis.points.empty();
  }

  const Entry& entry_;
  std::uint64_t seed_;
  Faults& faults_;
  WrittenAxis written_;
};

}  // namespace

std::optional<WrittenAxis> read_axis(const Entry& entry, std::uint64_t seed, Faults& faults) {
  return AxisReader(entry, seed, faults).read();
}

std::string flow_text(const Node& value) {
  switch (value.type) {
    case Node::Type::null:
      return "null";
    case Node::Type::scalar: {
      const bool plain = !value.quoted &&
                         value.text.find_first_of(",[]{}\n\"'#&*!|>%@`") == std::string::npos &&
                         value.text.find(": ") == std::string::npos;
      return plain && !value.text.empty() ? value.text : nlohmann::json(value.text).dump();
    }
    case Node::Type::list: {
      std::string text;
      for (const Node& item : value.items) text += (text.empty() ? "" : ", ") + flow_text(item);
      return "[" + text + "]";
    }
    case Node::Type::map: {
      std::string text;
      for (const Entry& entry : value.entries)
        text += (text.empty() ? "" : ", ") + entry.key + ": " + flow_text(entry.value);
      return "{" + text + "}";
    }
  }
  return "";
}

}  // namespace weir::check
