// core/front/check/header.cpp -- the top level of a pipeline, without its nodes.
#include <weir/front/check/check.hpp>

#include <fmt/format.h>

#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/scalar.hpp>
#include <weir/front/yaml/spelled_number.hpp>
#include <weir/front/yaml/written.hpp>

namespace weir::check {
namespace {

using wording::quote;
using yaml::Entry;
using yaml::Node;

bool is_device(const std::string& text) {
  if (text == "auto" || text == "cpu" || text == "cuda") return true;
  if (!text.starts_with("cuda:") || text.size() > 8) return false;
  return scalar::seed(text.substr(5)).has_value();
}

bool is_file_name(const std::string& text) {
  if (text.empty() || text.size() > 100 || text.front() == '.' || text.front() == '-') return false;
  for (const char c : text) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-' && c != '.') return false;
  }
  return true;
}

std::string default_name(const std::string& file) {
  std::string name;
  for (const char c : std::filesystem::path(file).stem().string())
    name += is_file_name(std::string(1, c)) || c == '.' || c == '-' ? c : '_';
  return is_file_name(name) ? name : "pipeline";
}

bool wrong(Draft& draft, const Node& value, const std::string& message, const std::string& remedy = "") {
  draft.faults.push_back(value_fault("W206", value, message + ", not " + yaml::describe(value), remedy));
  return false;
}

}  // namespace

bool read_header_value(const std::string& key, const Node& value, Draft& draft) {
  Graph& graph = draft.graph;
  const bool plain = value.is_scalar() && !value.quoted;
  if (key == "seed") {
    const auto seed = plain ? scalar::seed(value.text) : std::nullopt;
    if (!seed)
      return wrong(draft, value, "'seed' must be an integer from 0 to 18446744073709551615",
                   number_remedy(value, [](const auto& text) { return scalar::seed(text).has_value(); }));
    graph.seed = *seed;
  } else if (key == "device") {
    if (!value.is_scalar() || !is_device(value.text))
      return wrong(draft, value, "'device' must be cpu, cuda, cuda:N or auto");
    graph.device = value.text;
  } else if (key == "dtype") {
    if (!value.is_scalar() || (value.text != "float32" && value.text != "float64")) {
      return wrong(draft, value, "'dtype' must be float32 or float64",
                   value.is_scalar() ? wording::did_you_mean(value.text, {"float32", "float64"}) : "");
    }
    graph.dtype = value.text;
  } else if (key == "threads") {
    const auto is_threads = [](const std::string& text) {
      return scalar::whole(text) >= 1 && scalar::whole(text) <= 4096;
    };
    const auto threads = plain && is_threads(value.text) ? scalar::whole(value.text) : std::nullopt;
    if (!threads)
      return wrong(draft, value, "'threads' must be an integer from 1 to 4096",
                   number_remedy(
                       value, [&](const auto& text) { return is_whole_spelling(text) && is_threads(text); }));
    graph.threads = static_cast<int>(*threads);
  } else if (key == "name") {
    if (!value.is_scalar() || !is_file_name(value.text)) {
      return wrong(draft, value,
                   "'name' becomes a file name and is made of letters, digits, '_', '-' and '.'");
    }
    graph.name = value.text;
  }
  return true;
}

void read_header(const Node& root, const PipelineOptions& options, Draft& draft) {
  draft.graph.name = default_name(draft.graph.file);
  for (const Entry& entry : root.entries) {
    const std::string& key = entry.key;
    if (std::ranges::find(top_level_keys(), key) == top_level_keys().end()) {
      draft.fault("W120", entry.place, "unknown key " + quote(key) + " at the top level of a pipeline",
                  wording::did_you_mean(key, top_level_keys()),
                  {"valid: " + wording::listed(top_level_keys())});
    } else if (key == "note") {
      if (!entry.value.is_scalar()) wrong(draft, entry.value, "'note' must be text");
    } else if (key == "plugins") {
      std::vector<Node> folders = entry.value.is_list() ? entry.value.items : std::vector<Node>{entry.value};
      for (const Node& folder : folders) {
        if (!folder.is_scalar() || folder.text.empty()) {
          wrong(draft, folder, "'plugins' must be a list of folders");
        } else {
          draft.graph.plugins.push_back(absolute_path(folder));
        }
      }
    } else {
      read_header_value(key, entry.value, draft);
    }
  }
  const auto option = [&](const std::string& key, const std::string& text) {
    Node value;
    value.type = Node::Type::scalar;
    value.text = text;
    value.place = {wording::printable("--" + key + " " + text), 0, 0, 1};
    read_header_value(key, value, draft);
  };
  if (!options.device.empty()) option("device", options.device);
  if (options.threads != 0) option("threads", std::to_string(options.threads));
}

}  // namespace weir::check
