// core/executor/executor.cpp -- nodes made, bound to each other, planned and declared to the record.
#include <weir/executor/executor.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/memory.hpp>

namespace weir {
namespace {

// Sizes that are unknown yet count nothing; more than any machine has is no overflow here.
double bytes_in_memory(const DatasetSpec& dataset) {
  double bytes = static_cast<double>(size_of(dataset.dtype));
  for (const std::int64_t size : dataset.shape) bytes *= static_cast<double>(std::max<std::int64_t>(size, 0));
  return bytes;
}

}  // namespace

Executor::Executor(const Graph& graph, const Factory& create, const at::TensorOptions& options)
    : graph_(graph), options_(options), consumers_(graph.nodes.size()), dependencies_(graph.nodes.size(), 0) {
  Faults faults;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) bind(i, create(graph.nodes[i].schema), faults);
  if (!faults.empty()) throw InvalidPipeline(faults);
  plan();
  declare();
}

// Kinds were compared when the pipeline was checked. What is left to fault is a class that is not of its plugin's kind.
void Executor::bind(std::size_t i, std::unique_ptr<Node> node, Faults& faults) {
  const GraphNode& described = graph_.nodes[i];
  std::map<std::string, Place> places = described.places;
  places[""] = described.place;
  node->set({described.path, described.seed.value_or(graph_.seed), options_, std::move(places)});
  node->set_params(described.params);
  index_[described.path] = i;
  std::set<std::size_t> needs;
  for (const auto& [name, links] : described.ports) {
    for (const auto& [key, link] : links) {
      const std::size_t from = index_.at(link.node);
      Node& other = *nodes_[from];
      AnyOutput* output = link.output.empty() ? nullptr : other.output(link.output);
      try {
        node->port(name)->bind(key, other, output);
      } catch (const std::logic_error& wrong) {
        Plan plan([&](const std::string& port) { return node->place(port); }, faults);
        plan.fault(name,
                   fmt::format("{} ('{}' is {})", wrong.what(), other.path(), graph_.nodes[from].plugin),
                   other, "", fmt::format("'{}' is written here", other.path()));
      }
      needs.insert(from);
    }
  }
  for (const std::size_t from : needs) consumers_[from].push_back(i);
  dependencies_[i] = static_cast<int>(needs.size());
  nodes_.push_back(std::move(node));
}

void Executor::plan() {
  Faults faults;
  std::set<std::string>
      faulty;  // nodes whose inputs are not planned are not planned: no consequences of faults
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const GraphNode& described = graph_.nodes[i];
    const std::size_t before = faults.size();
    Plan plan([&](const std::string& key) { return nodes_[i]->place(key); }, faults,
              [&](const std::string& port) { return ends_of(described, port); });
    bool skip = false;
    for (const auto& [name, links] : described.ports) {
      for (const auto& [key, link] : links) {
        if (faulty.contains(link.node))
          skip = true;
        else
          check_given(name, link, plan);
      }
    }
    skip = skip || faults.size() > before;
    if (!skip) {
      try {
        plan_facets(*nodes_[i], plan);
        if (plan.clean()) nodes_[i]->plan(plan);
      } catch (...) {
        throw failure_of(described, std::current_exception());
      }
    }
    for (std::size_t j = before; j < faults.size(); ++j) {
      faults[j].message += fmt::format(" (node '{}', {})", described.path, described.plugin);
    }
    if (skip || faults.size() > before) faulty.insert(described.path);
  }
  if (faults.empty()) plan_memory_of_outputs(faults);
  if (!faults.empty()) throw InvalidPipeline(faults);
}

// What nodes give stays in memory while they all run.
void Executor::plan_memory_of_outputs(Faults& faults) const {
  if (!options_.device().is_cpu()) return;
  double all = 0, most = 0;
  std::size_t largest = 0;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    double bytes = 0;
    for (const AnyOutput* output : nodes_[i]->outputs())
      for (const DatasetSpec& dataset : output->datasets())
        if (!dataset.trace) bytes += bytes_in_memory(dataset);
    all += bytes;
    if (bytes > most) most = bytes, largest = i;
  }
  const GraphNode& node = graph_.nodes[largest];
  Plan plan([&](const std::string& key) { return nodes_[largest]->place(key); }, faults);
  plan_memory(plan, "", all,
              fmt::format("what all nodes give, {} of it from node '{}' ({}),", memory_text(most), node.path,
                          node.plugin),
              "take fewer points here, or fewer saved times");
}

std::vector<Fault::Also> Executor::ends_of(const GraphNode& node, const std::string& port) const {
  std::vector<Fault::Also> ends;
  const auto links = node.ports.find(port);
  if (links == node.ports.end()) return ends;
  for (const auto& [key, link] : links->second) {
    const GraphNode& other = graph_.nodes[index_.at(link.node)];
    const AnyOutput* output =
        link.output.empty() ? nullptr : nodes_[index_.at(link.node)]->output(link.output);
    std::string promise = fmt::format("'{}' is {}", other.path, other.plugin);
    if (output && output->planned()) {
      const DatasetSpec& dataset = output->datasets().front();
      promise += fmt::format(", whose {} is {} [{}]", link.output, name_of(dataset.dtype),
                             fmt::join(dataset.shape, ", "));
    }
    ends.push_back({nodes_[index_.at(link.node)]->place(), promise});
  }
  return ends;
}

// Some outputs are there only with some parameters or nodes: the pairs of a coupling only if they are fixed, the best field of a
// training only if a probe keeps it.
void Executor::check_given(const std::string& port, const Link& link, Plan& plan) const {
  const Node& other = node(link.node);
  const AnyOutput* output = link.output.empty() ? nullptr : other.output(link.output);
  if (!output || output->given()) return;
  plan.fault(port,
             fmt::format("{} needs {}.{} ({}), which {} does not give as it is set", port, link.node,
                         link.output, output->schema().description, link.node),
             other, "", "set here");
}

void Executor::declare() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const GraphNode& described = graph_.nodes[i];
    for (AnyOutput* output : nodes_[i]->outputs()) output->attach(&sink_);
    for (DatasetSpec& dataset : sink_.declare(*nodes_[i], described.record)) {
      dataset.rng = fmt::format("seed {} node {}", described.seed.value_or(graph_.seed), described.path);
      datasets_.push_back(std::move(dataset));
    }
  }
}

std::int64_t Executor::bytes() const {
  std::int64_t total = 0;
  for (const DatasetSpec& dataset : datasets_) {
    if (!dataset.trace) total += bytes_of(dataset);
  }
  return total;
}

std::vector<NodeSpec> Executor::nodes() const {
  std::vector<NodeSpec> specs;
  for (const GraphNode& node : graph_.nodes) {
    nlohmann::json params = node.params;
    if (node.seed) params["seed"] = *node.seed;
    if (!node.record.is_null()) params["record"] = node.record.dump();
    if (!node.note.empty()) params["note"] = node.note;
    specs.push_back({node.path, node.plugin, std::move(params)});
  }
  return specs;
}

}  // namespace weir
