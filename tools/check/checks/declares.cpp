// tools/check/checks/declares.cpp -- whether what a plugin declares is complete and agrees with itself.
#include <algorithm>

#include <fmt/format.h>

#include <weir/front/check/accepted.hpp>
#include <weir/front/check/value.hpp>
#include <weir/front/yaml/written.hpp>
#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/integrator.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/time.hpp>
#include <weir/kinds/learn/network.hpp>
#include <weir/kinds/learn/objective.hpp>
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/kinds/learn/probe.hpp>
#include <weir/kinds/learn/schedule.hpp>
#include <weir/kinds/learn/trainer.hpp>
#include <weir/kinds/metric.hpp>

#include <check/bench/broken.hpp>
#include "../laws/laws.hpp"
#include "checks.hpp"

namespace weir::conformance {
namespace {

template <class... Kinds>
std::string kind_of(const Node& node) {
  std::string kind;
  ((dynamic_cast<const Kinds*>(&node) ? void(kind = Kinds::kind) : void()), ...);
  return kind;
}

// One of Weir's, or "".
std::string kind_of_class(const Node& node) {
  return kind_of<Source, Coupling, Interpolant, Noise, Time, Objective, Field, Network, Optimiser, Schedule,
                 Trainer, Probe, Integrator, Metric>(node);
}

void require_text(const std::string& what, const std::string& description) {
  require(!description.empty(), fmt::format("{} has a description", what), "none",
          "say in a few words what it is: `weir show`, the JSON Schema and the record show it");
}

void check_param(const ParamSchema& param) {
  const std::string what = fmt::format("parameter '{}'", param.name);
  require_text(what, param.description);
  if (param.minimum && param.maximum)
    require(*param.minimum <= *param.maximum, what + " allows at least one value",
            fmt::format("a minimum of {:g} above a maximum of {:g}", *param.minimum, *param.maximum),
            "exchange the limits");
  if (param.type == ParamType::choice)
    require(!param.choices.empty(), what + " has choices", "none", "name them with weir::one_of({...})");
  if (param.fallback.is_null() || param.type == ParamType::path || param.type == ParamType::text) return;
  Faults faults;
  const auto value = yaml::read_value(as_written(param.fallback), {}, faults);
  if (value) parse_value(*value, param, "the default of " + what, faults);
  require(faults.empty(),
          fmt::format("the default of {} is one of the values that it allows ({})", what, accepts(param)),
          faults.empty() ? "" : as_written(param.fallback), "change the default or the limits");
}

void check_port(const PortSchema& port, const Registry& registry) {
  const std::string what = fmt::format("port '{}'", port.name);
  require_text(what, port.description);
  if (port.fallback.empty()) return;
  const std::string id =
      port.fallback.find('/') == std::string::npos ? port.kind + "/" + port.fallback : port.fallback;
  require(registry.plugin(id) != nullptr, what + " has a default that is installed", id + ", which is not",
          "correct weir::by_default(\"...\"), or install that plugin beside this one");
}

void check_output(const OutputSchema& output) {
  const std::string what = fmt::format("output '{}'", output.name);
  require_text(what, output.description);
  if (output.kind != "tensor" && output.kind != "trace") return;
  require(!output.unit.empty(), what + " has a unit", "none", "write \"1\" for a number without one");
  const std::vector<std::string> known = {"float", "float64", "int64"};
  require(std::ranges::find(known, output.dtype) != known.end(),
          what + " has a dtype of float, float64 or int64", fmt::format("'{}'", output.dtype),
          "float is the run's own dtype");
}

// An error is one of an estimate, and of so many values.
void check_errors(const PluginSchema& schema) {
  for (const OutputSchema& error : schema.outputs) {
    if (!error.name.ends_with("_se")) continue;
    const std::string estimate = error.name.substr(0, error.name.size() - 3);
    for (const std::string& beside : {estimate, estimate + "_n"})
      require(schema.output(beside) != nullptr,
              "an output NAME_se stands beside NAME, whose error it is, and NAME_n",
              fmt::format("'{}' without '{}'", error.name, beside),
              "declare it: a t test of the number needs all three (weir/output.hpp says what NAME_n is)");
  }
}

}  // namespace

std::string declares(const Job& job) {
  const PluginSchema& schema = job.subject.schema;
  require(!schema.summary.empty(), "a plugin says in a sentence what it is", "nothing",
          "give WEIR_PLUGIN(Class, \"...\") a sentence");
  const std::string kind = kind_of_class(*create(schema));
  if (!kind.empty() || !laws_of(schema.kind).empty())
    require(
        kind == schema.kind, "the file's folder is the kind of its class: " + schema.kind,
        "a class of none of Weir's kinds",
        fmt::format("derive the class from the interface of {}, or move the file to a folder of another name",
                    schema.kind));
  for (const ParamSchema& param : schema.params) check_param(param);
  for (const PortSchema& port : schema.ports) check_port(port, *job.subject.registry);
  for (const OutputSchema& output : schema.outputs) check_output(output);
  check_errors(schema);
  return "";
}

}  // namespace weir::conformance
