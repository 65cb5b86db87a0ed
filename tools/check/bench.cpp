// tools/check/bench.cpp -- the plugin in a small pipeline.
#include "bench.hpp"

#include <ATen/Parallel.h>

#include <fmt/format.h>
#include <fstream>

#include <weir/device.hpp>
#include <weir/kinds/field.hpp>

#include "broken.hpp"
#include "guess.hpp"
#include "missing.hpp"
#include "own_graph.hpp"

namespace weir::check {
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
    if (port.required || port.map) continue;
    choices.push_back({port.name});
    all.insert(port.name);
  }
  if (all.size() > 1) choices.push_back(all);
  return choices;
}

// Whether a planned field has parameters to train, on items of this shape. Throws Skipped if it does not take them.
bool has_parameters(const Field& field, const Shape& item) {
  Faults faults;
  Plan plan([](const std::string& key) { return Place{.file = key}; }, faults);
  field.plan_for(item, plan);
  if (!faults.empty()) throw Skipped(faults.front().message);
  Rng rng(1, "init", f32);
  return !field.init(item, rng).empty();
}

}  // namespace

std::unique_ptr<Executor> executor_of(const Graph& graph) {
  return std::make_unique<Executor>(
      graph, [](const PluginSchema& schema) { return create(schema); }, tensor_options("cpu", graph.dtype));
}

Bench::Bench(const Subject& subject, const std::filesystem::path& with)
    : subject_(subject), scratch_(std::make_shared<Scratch>()) {
  if (!with.empty()) take(with);
  if (!path_.empty()) return;
  if (const std::string name = unguessable(subject.schema); !name.empty() && !subject.params.contains(name))
    throw Skipped(
        fmt::format("its parameter '{}' has no default; add --with FILE.yaml, a pipeline that uses {}", name,
                    subject.schema.id()));
  std::string fault;
  for (const json& more : attempts(subject))
    if (try_own(more, fault)) return;
  throw Skipped(
      fmt::format("no pipeline of the check suits it ({}); add --with FILE.yaml, a pipeline that uses {}",
                  fault, subject.schema.id()));
}

void Bench::take(const std::filesystem::path& with) {
  const Graph graph = read_pipeline(with, *subject_.registry);
  for (const GraphNode& node : graph.nodes) {
    if (node.plugin == subject_.schema.id() && path_.empty()) {
      path_ = node.path;
      subject_.params = node.params;
    }
    if (node.schema.kind != "trainer") continue;
    if (node.schema.param("steps")) cut_.emplace_back(node.path + ".steps", "10");
    if (node.schema.param("warmup")) cut_.emplace_back(node.path + ".warmup", "0");
  }
  if (!path_.empty()) file_ = with;
}

bool Bench::try_own(const json& more, std::string& fault) {
  Subject tried = subject_;
  tried.params.update(more);
  file_ = scratch_->path() / "check.yaml";
  for (const std::set<std::string>& optional : port_choices(subject_.schema)) {
    for (const Around around : {Around::points, Around::affine, Around::set, Around::images}) {
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
        if (fault.empty()) fault = first_of(invalid);
      } catch (const Skipped& skipped) {
        if (fault.empty()) fault = skipped.what();
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

void Ran::require_no_missing() const {
  for (const AnyOutput* output : subject().outputs()) {
    if (const auto value = rows.values.find(output->path()); value != rows.values.end())
      check::require_no_missing(value->second, output->path(), output->schema());
    if (const auto trace = rows.rows.find(output->path()); trace != rows.rows.end())
      for (const Tensor& row : trace->second)
        check::require_no_missing(row, output->path(), output->schema());
  }
}

void Ran::require_untouched() const {
  for (const GraphNode& node : graph->nodes) {
    for (const AnyOutput* output : executor->node(node.path).outputs()) {
      const auto* tensor = dynamic_cast<const Output<Tensor>*>(output);
      const auto recorded = rows.values.find(output->path());
      if (!tensor || recorded == rows.values.end()) continue;
      Tensor now = tensor->get();
      if (tensor->datasets().at(0).dtype == DType::float32) now = now.to(at::kFloat);
      require_same(now.is_floating_point() ? now.to(at::kDouble) : now, recorded->second,
                   output->path() + " is at the end of the run what it was when it was set",
                   "no operations in place on tensors of ports: work on x.clone()");
    }
  }
}

std::string difference(const Rows& a, const Rows& b, double tolerance) {
  const auto compare = [&](const std::string& path, const Tensor& x, const Tensor& y) -> std::string {
    if (same_bytes(x, y)) return "";
    if (x.sizes() != y.sizes())
      return fmt::format("{} has shapes {} and {}", path, text_of(x.sizes()), text_of(y.sizes()));
    const Tensor one = x.to(at::kDouble), other = y.to(at::kDouble);
    const double apart = (one - other).abs().nan_to_num(0).max().item<double>();
    const double size = other.abs().nan_to_num(0).max().item<double>();
    if (one.isnan().equal(other.isnan()) && apart <= tolerance * size) return "";
    return fmt::format("{} differs by {:.3g} where its largest number is {:.3g}", path, apart, size);
  };
  for (const auto& [path, value] : a.values) {
    const auto other = b.values.find(path);
    if (other == b.values.end()) return path + " is there once, and missing once";
    if (const std::string text = compare(path, value, other->second); !text.empty()) return text;
  }
  for (const auto& [path, steps] : a.steps) {
    const auto other = b.steps.find(path);
    if (other == b.steps.end() || other->second != steps) return path + " has rows at other steps";
    if (const std::string text = compare(path, at::stack(a.rows.at(path)), at::stack(b.rows.at(path)));
        !text.empty())
      return text;
  }
  return "";
}

}  // namespace weir::check
