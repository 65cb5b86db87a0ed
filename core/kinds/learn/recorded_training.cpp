// core/kinds/learn/recorded_training.cpp -- finding a training's tensors in a record.
#include <weir/kinds/learn/recorded_training.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <stdexcept>

#include <weir/record/reader.hpp>
#include <weir/record/schema.hpp>

namespace weir {
namespace {

using nlohmann::json;

std::string text_of(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

// What a training is to be asked for where its record lacks a set.
std::string what_keeps(const std::string& set) {
  if (set == "best_params") return "a training keeps them with a probe such as early_stopping";
  if (set.ends_with("snapshots")) return "a training keeps them with snapshots: [100, 500], say";
  return "";
}

std::vector<std::string> names_of(const RecordedTraining::Set& set) {
  std::vector<std::string> names;
  for (const auto& [name, saved] : set) names.push_back(name);
  return names;
}

}  // namespace

std::optional<RecordedTraining> RecordedTraining::open(const Path& file, const std::string& node,
                                                       Plan& plan) {
  const auto refuse = [&](const std::string& message, const std::string& remedy = "") {
    plan.fault("file", message, remedy);
    return std::nullopt;
  };
  if (!std::filesystem::is_regular_file(file))
    return refuse(fmt::format("there is no file '{}'", file.string()));
  try {
    const Reader reader(file);
    if (!reader.has("/schema"))
      return refuse(fmt::format("'{}' is not a record of weir", file.string()),
                    "name a file that weir run wrote");
    const json schema = read_schema(reader);
    RecordedTraining record(file.string(), node);
    for (const json& each : schema.at("datasets")) {
      Dataset dataset{each.at("node"),
                      each.at("name"),
                      each.at("path"),
                      each.value("dtype", ""),
                      each.at("shape").get<Shape>(),
                      each.value("attributes", json::object()),
                      true};
      if (dataset.node == node && !each.value("trace", false))
        dataset.whole = reader.attribute(dataset.path, "notice").empty();
      record.datasets_.push_back(std::move(dataset));
    }
    for (const json& each : schema.at("nodes")) record.nodes_.push_back(each);
    if (reader.has("/pipeline/resolved_json")) record.pipeline_ = reader.json("/pipeline/resolved_json");
    return record;
  } catch (const std::exception& error) {
    return refuse(error.what());
  }
}

const RecordedTraining::Dataset* RecordedTraining::dataset(const std::string& name) const {
  const auto found = std::ranges::find_if(
      datasets_, [&](const Dataset& each) { return each.node == node_ && each.name == name; });
  return found == datasets_.end() ? nullptr : &*found;
}

RecordedTraining::Set RecordedTraining::find(const std::string& set, const std::string& key,
                                             Plan& plan) const {
  const std::string prefix = set + "/";
  Set found;
  std::set<std::string> trainings, others;
  for (const Dataset& each : datasets_) {
    const std::size_t slash = each.name.find('/');
    if (slash == std::string::npos) continue;
    if (each.node == node_) others.insert(each.name.substr(0, slash));
    if (!each.name.starts_with(prefix)) continue;
    trainings.insert(each.node);
    if (each.node != node_) continue;
    if (!each.whole) {
      plan.fault("node", fmt::format("'{}' holds {} of '{}' in part", file_, each.name, node_),
                 "run it again with record: all at that node");
      return {};
    }
    found[each.name.substr(prefix.size())] = {each.path, each.shape};
  }
  if (!found.empty()) return found;
  if (!others.empty())
    plan.fault(
        key,
        fmt::format("'{}' holds no {}* of '{}'; it holds {}", file_, prefix, node_, fmt::join(others, ", ")),
        what_keeps(set));
  else
    plan.fault("node", fmt::format("'{}' holds no parameters of a node '{}'", file_, node_),
               trainings.empty() ? "it holds those of no node; record: all at a trainer keeps them"
                                 : fmt::format("it holds those of {}", fmt::join(trainings, ", ")));
  return found;
}

RecordedTraining::Set RecordedTraining::snapshot(const std::string& set, std::int64_t step,
                                                 const std::string& key, Plan& plan) const {
  Set found = find(set, key, plan);
  const std::optional<Saved> steps = output("snapshot_steps");
  if (found.empty() || !steps) return {};
  std::vector<std::int64_t> kept = Reader(file_).integers(steps->path, 0);
  const auto row = std::ranges::find(kept, step);
  if (row == kept.end()) {
    std::erase(kept, -1);  // of a training that ended before
    plan.fault(key, fmt::format("'{}' holds no snapshot of '{}' after step {}; it holds those after {}",
                                file_, node_, step, fmt::join(kept, ", ")));
    return {};
  }
  for (auto& [name, saved] : found) {
    saved.shape.erase(saved.shape.begin());
    saved.row = row - kept.begin();
  }
  return found;
}

std::optional<RecordedTraining::Saved> RecordedTraining::output(const std::string& name) const {
  const Dataset* found = dataset(name);
  return found ? std::optional(Saved{found->path, found->shape}) : std::nullopt;
}

std::string RecordedTraining::attribute(const std::string& output, const std::string& name) const {
  const Dataset* found = dataset(output);
  return found ? found->attributes.value(name, "") : "";
}

std::string RecordedTraining::dtype() const {
  const auto found = std::ranges::find_if(
      datasets_, [&](const Dataset& each) { return each.node == node_ && each.name.starts_with("params/"); });
  return found == datasets_.end() ? "" : found->dtype;
}

json RecordedTraining::bound_to(const std::vector<std::string>& ports) const {
  std::string name = node_;
  for (const std::string& port : ports) {
    json::json_pointer at("/nodes");
    // "a.b" is written inside a.
    for (std::size_t from = 0; from != std::string::npos;) {
      const std::size_t dot = name.find('.', from);
      at /= name.substr(from, dot == std::string::npos ? dot : dot - from);
      from = dot == std::string::npos ? dot : dot + 1;
    }
    at /= port;
    name += "." + port;
    if (pipeline_.is_object() && pipeline_.contains(at) && pipeline_.at(at).is_string())
      name = pipeline_.at(at);
  }
  for (const json& node : nodes_)
    if (node.value("node", "") == name) return node;
  return nullptr;
}

void RecordedTraining::compare(const Node& own, const json& there, const std::string& what,
                               const std::string& key, Plan& plan) const {
  if (there.is_null()) return;
  const json& params = there.at("params");
  for (const AnyParam* param : own.params()) {
    if (param->schema().type == ParamType::path || !params.contains(param->name())) continue;
    if (params.at(param->name()) == param->json()) continue;
    return plan.fault(key,
                      fmt::format("the {} of '{}' in '{}' has {}: {}, and this one {}", what, node_, file_,
                                  param->name(), params.at(param->name()).dump(), param->json().dump()),
                      "there it is " + written(there));
  }
}

void RecordedTraining::compare(const Set& saved, const std::vector<std::pair<std::string, Shape>>& own,
                               const std::function<void(const std::string& how)>& fault) const {
  for (const auto& [name, shape] : own) {
    const auto found = saved.find(name);
    if (found == saved.end())
      return fault(fmt::format("has no parameter {}, which this model has; it has {}", name,
                               fmt::join(names_of(saved), ", ")));
    if (found->second.shape != shape)
      return fault(fmt::format("has {} of shape {}, and this model {}", name, text_of(found->second.shape),
                               text_of(shape)));
  }
  for (const std::string& name : names_of(saved))
    if (std::ranges::none_of(own, [&](const auto& named) { return named.first == name; }))
      return fault(fmt::format("has {}, which this model has not", name));
}

std::string RecordedTraining::written(const json& node) {
  std::string text = "{plugin: " + node.at("plugin").get<std::string>();
  for (const auto& [name, value] : node.at("params").items())
    if (!value.is_null())
      text += fmt::format(", {}: {}", name, value.is_string() ? value.get<std::string>() : value.dump());
  return text + "}";
}

Tensor RecordedTraining::read(const Saved& saved, const at::TensorOptions& options) const {
  return read(Set{{"", saved}}, options).at("");
}

std::map<std::string, Tensor> RecordedTraining::read(const Set& saved,
                                                     const at::TensorOptions& options) const {
  const Reader reader(file_);
  std::map<std::string, Tensor> values;
  for (const auto& [name, each] : saved) {
    Tensor value = each.row ? tensor_of(reader.rows(each.path, *each.row, 1), options).squeeze(0)
                            : tensor_of(reader.read(each.path), options);
    if (!each.shape.empty() && each.shape.front() >= 0 && value.sizes() != at::IntArrayRef(each.shape))
      throw std::runtime_error(
          fmt::format("{} of '{}' has shape {}, and its /schema says {}: the record is damaged", each.path,
                      file_, text_of(value.sizes().vec()), text_of(each.shape)));
    if (value.isnan().any().item<bool>())
      throw std::runtime_error(fmt::format(
          "{} of '{}' is not written: a trainer's parameters are when it has finished", each.path, file_));
    values[name] = std::move(value);
  }
  return values;
}

}  // namespace weir
