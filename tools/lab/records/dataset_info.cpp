// tools/lab/records/dataset_info.cpp -- what a dataset is and where it comes from.
#include "dataset_info.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

#include <weir/front/document/document.hpp>
#include <weir/front/plugins/digest.hpp>
#include <weir/record/data/dotted_path.hpp>
#include <weir/record/data/numbers.hpp>
#include <weir/record/reduce.hpp>
#include <weir/text/shell_word.hpp>
#include <weir/text/utf8.hpp>

#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <text/number.hpp>
#include "recorded_run.hpp"

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

// One form for all ways to write a name: "train.loss" for /nodes/train/loss/value.
std::string dotted(std::string name) {
  while (name.ends_with('/')) name.pop_back();
  return dotted_path(name.starts_with("nodes/") ? "/" + name : name);
}

std::string dotted(const Json& dataset) {
  std::string name = dotted(dataset.at("path").get<std::string>());
  if (dataset.at("trace")) name.resize(name.size() - std::string(".value").size());
  return name;
}

constexpr std::int64_t most_shown = 16;  // numbers of a dataset

// Every number of a dataset in a few: least, largest, mean, and how many are not finite.
Json numbers_of(const Reader& reader, const std::string& path) {
  const Array array = reader.read(path);
  return visit_numbers(array, [&](const auto* x) {
    double least = INFINITY, largest = -INFINITY, sum = 0;
    std::int64_t finite = 0;
    for (std::int64_t i = 0; i < array.count(); ++i) {
      const auto value = static_cast<double>(x[i]);
      if (!std::isfinite(value)) continue;
      least = std::min(least, value);
      largest = std::max(largest, value);
      sum += value;
      ++finite;
    }
    Json json{{"count", array.count()}, {"not_finite", array.count() - finite}};
    if (array.count() <= most_shown) json["values"] = std::vector<double>(x, x + array.count());
    if (finite > 0) json.update({{"min", least}, {"max", largest}, {"mean", sum / double(finite)}});
    return json;
  });
}

Json plugin_of(const RecordedRun& run, const std::string& name) {
  for (const RecordedRun::Plugin& plugin : run.plugins()) {
    if (plugin.name != name) continue;
    std::string now = "gone";
    if (fs::exists(plugin.file)) now = file_sha256(plugin.file) == plugin.sha256 ? "unchanged" : "changed";
    return {{"name", name},
            {"version", plugin.version},
            {"library", plugin.file},
            {"sha256", plugin.sha256},
            {"library_now", now}};
  }
  return {{"name", name}};
}

// What the resolved pipeline says of a node: its parameters, and what its ports are linked to.
Json given_to(const RecordedRun& run, const std::string& node) {
  const Json* place = &run.pipeline().at("nodes");
  for (std::string rest = node; !rest.empty();) {
    if (!place->is_object()) return Json::object();
    std::size_t end =
        rest.size();  // of the longest name that is there: one of a block's nodes has points, loop.1.train
    while (end != std::string::npos && end > 0 && !place->contains(rest.substr(0, end)))
      end = rest.rfind('.', end - 1);
    if (end == std::string::npos || end == 0) return Json::object();
    place = &place->at(rest.substr(0, end));
    rest.erase(0, end + 1);
  }
  return place->is_object() ? *place : Json::object();
}

// The line of the pipeline as it was written, if it is there and names the node.
std::string source_line(const RecordedRun& run, const std::string& node, int number) {
  std::istringstream lines(run.source());
  std::string line;
  for (int i = 0; i < number; ++i)
    if (!std::getline(lines, line)) return "";
  return line.find(node.substr(node.rfind('.') + 1)) == std::string::npos ? "" : line;
}

Json described(const RecordedRun& run, const Json& dataset) {
  const std::string path = dataset.at("path"), node = dataset.at("node");
  Json entry = dataset;
  entry["shape"] = run.reader().shape(path);
  entry["written"] = run.written(path);
  if (run.written(path)) entry["numbers"] = numbers_of(run.reader(), path);
  entry["plugin"] = plugin_of(run, dataset.at("plugin"));
  entry["given"] = given_to(run, node);
  entry["pipeline_file"] = run.provenance("pipeline_file");
  entry["line"] = source_line(
      run, node, static_cast<int>(std::clamp<std::int64_t>(dataset.at("yaml_line"), 0, 1'000'000)));
  if (dataset.at("trace"))
    entry["steps"] = numbers_of(run.reader(), path.substr(0, path.rfind('/')) + "/step");
  return entry;
}

std::string shape_text(const Json& dataset) {
  std::vector<std::string> parts;
  const auto shape = dataset["shape"].get<std::vector<std::int64_t>>();
  auto axes = dataset["axes"].get<std::vector<std::string>>();
  if (dataset["trace"]) axes.insert(axes.begin(), "step");
  for (std::size_t i = 0; i < shape.size(); ++i)
    parts.push_back(i < axes.size() ? fmt::format("{} {}", axes[i], shape[i]) : std::to_string(shape[i]));
  return parts.empty() ? "one number" : fmt::format("{}", fmt::join(parts, " x "));
}

std::string numbers_text(const Json& entry) {
  if (!entry["written"])
    return fmt::format("not written: the node '{}' has not finished", entry["node"].get<std::string>());
  const Json& numbers = entry["numbers"];
  if (!numbers.contains("mean")) return numbers["count"] == 0 ? "no numbers yet" : "none of them is finite";
  if (numbers.contains("values")) {
    std::vector<std::string> shown;
    for (const double value : numbers["values"].get<std::vector<double>>()) shown.push_back(number(value));
    return fmt::format("{}", fmt::join(shown, " "));
  }
  const std::int64_t bad = numbers["not_finite"];
  return fmt::format("{} to {}, mean {}{}", number(numbers["min"]), number(numbers["max"]),
                     number(numbers["mean"]), bad > 0 ? fmt::format("; {} are not finite", bad) : "");
}

std::string given_text(const Json& given) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : given.items()) {
    if (key == "plugin") continue;
    const bool node = value.is_object() && value.contains("plugin");
    const Json& shown = node ? value["plugin"] : value;
    parts.push_back(key + ": " + (shown.is_string() ? shown.get<std::string>() : shown.dump()));
  }
  return parts.empty() ? "no parameters" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 10;
  if (names.size() <= most) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{}, ... ({} columns)", fmt::join(names.begin(), names.begin() + most, ", "),
                     names.size());
}

std::string text_of(const Json& entry) {
  std::string text;
  const auto line = [&](const char* label, const std::string& words) {
    if (!words.empty()) text += fmt::format("  {:<9} {}\n", label, words);
  };
  line("what", entry.value("description", ""));
  line("numbers", fmt::format("{}, {}, unit {}", entry["dtype"].get<std::string>(), shape_text(entry),
                              entry["unit"].get<std::string>()));
  line("", numbers_text(entry));
  if (entry.contains("steps") && entry["steps"].contains("max"))
    line("", fmt::format("steps {} to {}", number(entry["steps"]["min"]), number(entry["steps"]["max"])));
  for (const auto& [name, value] : entry["attributes"].items()) {
    const auto names = name.ends_with("_names") ? names_of(value) : std::vector<std::string>();
    if (names.empty())
      line(name.c_str(), value);
    else if (name == "class_names")
      line("classes", classes_text(names));
    else
      line("columns", listed(names));
  }
  for (const auto& [dim, scale] : entry["scales"].items())
    line("axis", fmt::format("{}: values in {}", dim, scale.get<std::string>()));

  const Json& plugin = entry["plugin"];
  line("made by", fmt::format("{}: {} {}", entry["node"].get<std::string>(),
                              plugin["name"].get<std::string>(), plugin.value("version", "")));
  line("", given_text(entry["given"]));
  line("random", entry.value("rng", ""));
  line("library", plugin.value("library", ""));
  if (plugin.contains("sha256"))
    line("", fmt::format("sha256 {} ({} since)", plugin["sha256"].get<std::string>(),
                         plugin["library_now"].get<std::string>()));
  line("pipeline", fmt::format("{}:{}", entry["pipeline_file"].get<std::string>(),
                               entry["yaml_line"].get<std::int64_t>()));
  line("", entry["line"]);
  return text;
}

// What a record says of itself beside its numbers: the pipeline, the provenance, the status.
bool is_text(const Reader& reader, const std::string& path) {
  if (!path.starts_with('/') || path.starts_with(nodes_group) || !reader.has(path) || reader.is_group(path))
    return false;
  return reader.is_text(path) || reader.dtype(path) == DType::uint8;
}

}  // namespace

std::vector<const Json*> datasets_named(const RecordedRun& run, const std::string& name) {
  const std::string wanted = dotted(name);
  std::vector<const Json*> found;
  std::vector<std::string> names;
  for (const Json& dataset : run.datasets()) {
    const std::string own = dotted(dataset);
    names.push_back(own);
    const bool part = dataset.at("trace") && (wanted == own + ".value" || wanted == own + ".step");
    if (own == wanted || part) return {&dataset};
    if (is_within(own, wanted)) found.push_back(&dataset);
  }
  if (!found.empty()) return found;
  for (const Json& node : run.nodes()) names.push_back(node.at("node"));
  if (run.node(wanted))
    throw CommandError(invalid, fmt::format("node '{}' ({}) records nothing; {}", wanted,
                                            run.node(wanted)->at("plugin").get<std::string>(),
                                            given_text(given_to(run, wanted))));
  throw CommandError(
      invalid, fmt::format("{} holds no {}{}\nall that it holds: weir info {}", run.file().string(), name,
                           suggestion(wanted, names), path_word(run.file().string())));
}

int dataset_info(const fs::path& file, const std::string& name, bool json) {
  const RecordedRun run(file);
  if (is_text(run.reader(), name)) {
    fmt::print("{}\n", utf8::visible(run.reader().text(name)));
    return fine;
  }
  const std::vector<const Json*> datasets = datasets_named(run, name);
  Json all = Json::array();
  std::string text;
  for (const Json* dataset : datasets) {
    const Json entry = described(run, *dataset);
    all.push_back(entry);
    if (datasets.size() == 1)
      text += fmt::format("{}:{}\n{}", file.string(), entry["path"].get<std::string>(), text_of(entry));
    else
      text += fmt::format("{}  {}  {}  {}\n", dotted(*dataset), entry["dtype"].get<std::string>(),
                          shape_text(entry), numbers_text(entry));
  }
  if (json)
    text = (datasets.size() == 1 ? all[0] : all).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  fmt::print("{}", utf8::visible(text));
  return fine;
}

std::pair<std::string, std::string> split_dataset(const std::string& argument) {
  std::error_code ignored;
  const std::size_t colon = argument.rfind(':');
  if (colon == std::string::npos || fs::exists(argument, ignored)) return {argument, ""};
  return {argument.substr(0, colon), argument.substr(colon + 1)};
}

}  // namespace weir::tools
