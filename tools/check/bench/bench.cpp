// tools/check/bench/bench.cpp -- the plugin in a small pipeline.
#include "bench.hpp"

#include <ATen/Parallel.h>

#include <fmt/format.h>
#include <fstream>

#include <weir/executor/device.hpp>
#include <weir/kinds/flow/field.hpp>

#include "broken.hpp"
#include "guess.hpp"
#include "own_graph.hpp"

namespace weir::conformance {
namespace {

using nlohmann::json;

class NoEvents final : public Events {
 public:
  void started(const std::string&) override {}
  void progress(const std::string&, std::int64_t, std::int64_t,
                const std::map<std::string, double>&) override {}
  void warning(const std::string&, const std::string&) override {}
  void finished(const std::string&, double, bool) override {}
  void failed(const std::string&, const std::string&) override {}
};

std::string first_of(const InvalidPipeline& invalid) { return invalid.faults().front().message; }

std::string named(const json& values) {
  std::string text;
  for (const auto& [name, value] : values.items())
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", name, value.dump());
  return text;
}

// The required parameters, and then one of those that may be absent as well.
std::vector<json> attempts(const Subject& subject) {
  json needed = json::object();
  for (const ParamSchema& param : subject.schema.params)
    if (param.required && !subject.params.contains(param.name)) needed[param.name] = *guess(param);
  std::vector<json> all = {needed};
  for (const ParamSchema& param : subject.schema.params) {
    if (param.required || !param.fallback.is_null() || subject.params.contains(param.name)) continue;
    if (const auto value = guess(param)) {
      all.push_back(needed);
      all.back()[param.name] = *value;
    }
  }
  return all;
}

// None of the optional ports, each of them alone, all of them.
std::vector<std::set<std::string>> port_choices(const PluginSchema& schema) {
  std::vector<std::set<std::string>> choices = {{}};
  std::set<std::string> all;
  for (const PortSchema& port : schema.ports) {
    if (port.required) continue;
    choices.push_back({port.name});
    all.insert(port.name);
  }
  if (all.size() > 1) choices.push_back(all);
  return choices;
}

std::string remedy_of_author(const Subject& subject) {
  return fmt::format("add --with FILE.yaml, a small pipeline of yours that uses {}", subject.schema.id());
}

// Whether a planned field has parameters to train, on items of this shape. Throws Skipped if it does not take them.
bool has_parameters(const Field& field, const Shape& item) {
  if (const Faults faults = plan_for(field, Domain(item)); !faults.empty())
    throw Skipped(faults.front().message);
  Rng rng(1, "init", f32);
  return !field.init(item, rng).empty();
}

}  // namespace

std::unique_ptr<Executor> executor_of(const Graph& graph) {
  return std::make_unique<Executor>(
      graph, [](const PluginSchema& schema) { return create(schema); }, tensor_options("cpu", graph.dtype));
}

Bench::Bench(const Subject& subject)
    : subject_(subject), scratch_(std::make_shared<tools::TemporaryFolder>()) {
  if (!subject.with.empty()) take_with();
  if (!path_.empty()) return;
  if (const std::string name = unguessable(subject.schema, subject.params); !name.empty())
    throw Skipped(fmt::format("its parameter '{}' has no default; {}", name, remedy_of_author(subject)));
  Attempts made;
  for (const json& more : attempts(subject))
    if (try_own(more, made)) return;
  if (made.fault.empty()) throw Skipped(fmt::format("{}; {}", made.lacking, remedy_of_author(subject)));
  throw Broken(
      "it can be planned with its defaults in a small pipeline of the check", made.fault,
      fmt::format("correct plan, or the default that it refuses; where it needs other nodes around it, {}",
                  remedy_of_author(subject)));
}

void Bench::take_with() {
  const Graph graph = read_pipeline(subject_.with, *subject_.registry);
  for (const GraphNode& node : graph.nodes) {
    if (node.plugin == subject_.schema.id() && path_.empty()) {
      path_ = node.path;
      for (const auto& [name, value] : node.params.items())
        if (!value.is_null()) subject_.params[name] = value;
    }
    if (node.schema.kind != "trainer") continue;
    if (node.schema.param("steps")) cut_.emplace_back(node.path + ".steps", "10");
    if (node.schema.param("warmup")) cut_.emplace_back(node.path + ".warmup", "0");
    const auto epoch = node.params.find("epoch");  // one that would not end in ten steps
    if (epoch != node.params.end() && epoch->is_number_integer() && *epoch > 10)
      cut_.emplace_back(node.path + ".epoch", "10");
  }
  if (path_.empty()) return cut_.clear();
  file_ = subject_.with;
}

bool Bench::try_own(const json& more, Attempts& made) {
  Subject tried = subject_;
  tried.params.update(more);
  file_ = scratch_->path() / "check.yaml";
  for (const std::set<std::string>& optional : port_choices(subject_.schema)) {
    for (const Around around :
         {Around::points, Around::affine, Around::set, Around::classes, Around::images}) {
      bool trains = false;
      const auto plans = [&] {
        const OwnGraph own = own_graph(tried, around, optional, trains, scratch_->path());
        std::ofstream(file_) << own.pipeline.dump(2) << "\n";
        path_ = own.subject;
        const auto planned = graph();
        const auto executor = executor_of(*planned);
        if (const auto* field = dynamic_cast<const Field*>(&executor->node(path_)); field && !trains)
          trains = has_parameters(*field, around == Around::images ? Shape{1, 8, 8} : Shape{2});
      };
      try {
        plans();
        if (trains) plans();
        subject_ = tried;
        note_ = more.empty() ? "" : "with " + named(more);
        return true;
      } catch (const InvalidPipeline& invalid) {
        if (made.fault.empty()) made.fault = first_of(invalid);
      } catch (const Skipped& skipped) {
        if (made.lacking.empty()) made.lacking = skipped.what();
      }
    }
  }
  path_.clear();
  return false;
}

Subject Bench::subject() const { return subject_; }

std::unique_ptr<Graph> Bench::graph(const Setting& setting) const {
  PipelineOptions options;
  options.set = cut_;
  options.set.insert(options.set.end(), setting.set.begin(), setting.set.end());
  auto graph = std::make_unique<Graph>(read_pipeline(file_, *subject_.registry, options));
  if (!setting.dtype.empty()) graph->dtype = setting.dtype;
  graph->seed = setting.seed;
  graph->threads = setting.threads;
  return graph;
}

Ran Bench::run(const Setting& setting) const {
  Ran ran;
  ran.graph = graph(setting);
  ran.path = path_;
  at::set_num_threads(setting.threads);
  ran.executor = executor_of(*ran.graph);
  for (const GraphNode& node : ran.graph->nodes) ran.rows.watch(ran.executor->node(node.path));
  NoEvents events;
  ran.executor->run(nullptr, events, {});
  return ran;
}

}  // namespace weir::conformance
