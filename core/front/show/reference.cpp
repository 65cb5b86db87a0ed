// core/front/show/reference.cpp -- plugins as text for people: the terminal and the reference page.
#include <weir/front/show/reference.hpp>

#include <fmt/format.h>
#include <algorithm>

#include <weir/front/check/accepted.hpp>
#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/written.hpp>

namespace weir {
namespace {

std::string state_of(const ParamSchema& param) {
  if (param.required) return "required";
  return param.fallback.is_null() ? "optional" : "default " + as_written(param.fallback);
}

std::string takes(const PortSchema& port) {
  return port.map ? "several of kind " + port.kind + ", by name" : wording::with_article(port.kind);
}

std::string state_of(const PortSchema& port) {
  if (!port.fallback.empty()) return "default " + port.fallback;
  return port.required ? "required" : "optional";
}

std::string needs_of(const PortSchema& port) {
  return port.needs.empty() ? "" : "needs " + wording::listed(port.needs);
}

std::string shape_of(const OutputSchema& output) {
  std::string text = output.kind;
  if (!output.dims.empty()) text += " [" + wording::listed(output.dims) + "]";
  if (!output.dtype.empty() && output.dtype != "float") text += " " + output.dtype;
  if (!output.unit.empty() && output.unit != "1") text += " (" + output.unit + ")";
  return text;
}

// Rows of three columns, the first two as wide as they need to be.
class Table {
 public:
  void add(const std::string& name, const std::string& what, const std::string& state,
           const std::string& description) {
    rows_.push_back({name, what, state, description});
  }
  std::string text(const std::string& title) const {
    if (rows_.empty()) return "";
    std::size_t name = 0, what = 0;
    for (const Row& row : rows_) {
      name = std::max(name, row.name.size());
      what = std::max(what, row.what.size());
    }
    std::string out = "\n" + title + "\n";
    for (const Row& row : rows_) {
      std::string line = fmt::format("  {:<{}}  {:<{}}  {}", row.name, name, row.what, what, row.state);
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + "\n";
      if (!row.description.empty()) out += fmt::format("  {:<{}}  {}\n", "", name, row.description);
    }
    return out;
  }

 private:
  struct Row {
    std::string name, what, state, description;
  };
  std::vector<Row> rows_;
};

std::string joined(const std::string& first, const std::string& second) {
  return first.empty() || second.empty() ? first + second : first + "; " + second;
}

// {plugin: source/gaussian, dim: ...}: what must be written, at least.
std::string least(const PluginSchema& schema) {
  std::string text = "{plugin: " + schema.id();
  for (const ParamSchema& param : schema.params) {
    if (param.required)
      text += ", " + param.name + ": " + (param.type == ParamType::draw ? "{fixed: 128}" : "...");
  }
  for (const PortSchema& port : schema.ports) {
    if (port.required) text += ", " + port.name + ": ...";
  }
  return text + "}";
}

std::string indented(const std::string& lines) {
  std::string text;
  for (const char c : lines) {
    if (c != '\n' && (text.empty() || text.back() == '\n')) text += "  ";
    text += c;
  }
  return text;
}

// A cell of a Markdown table.
std::string cell(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
    text.replace(at, 1, "\\|");
  return text;
}

std::string fenced(const std::string& text, const char* language) {
  return text.empty() ? "" : fmt::format("\n```{}\n{}\n```\n", language, text);
}

std::string page_of(const PluginSchema& schema, const std::string& example) {
  std::string page =
      fmt::format("\n### {}\n\n{}.\n{}", schema.id(), schema.summary, fenced(schema.page, "text"));
  if (!schema.facets.empty()) page += fmt::format("\nFacets: {}.\n", wording::listed(schema.facets));
  if (!schema.params.empty()) page += "\n| parameter | takes | default | |\n|---|---|---|---|\n";
  for (const ParamSchema& param : schema.params) {
    const std::string state = param.required             ? "required"
                              : param.fallback.is_null() ? ""
                                                         : "`" + as_written(param.fallback) + "`";
    page += fmt::format("| `{}` | {} | {} | {} |\n", param.name, cell(accepts(param)), state,
                        cell(param.description));
  }
  if (!schema.ports.empty()) page += "\n| port | takes | | |\n|---|---|---|---|\n";
  for (const PortSchema& port : schema.ports) {
    page += fmt::format("| `{}` | {} | {} | {} |\n", port.name, takes(port), state_of(port),
                        cell(joined(port.description, needs_of(port))));
  }
  if (!schema.outputs.empty()) page += "\n| output | is | |\n|---|---|---|\n";
  for (const OutputSchema& output : schema.outputs) {
    page += fmt::format("| `{}` | {} | {} |\n", output.name, shape_of(output), cell(output.description));
  }
  return page + fenced(example, "yaml");
}

}  // namespace

std::string show(const PluginSchema& schema, const Example& example) {
  std::string text = fmt::format("{} {} -- {}\n", schema.id(), schema.version, schema.summary);
  if (!schema.library.empty()) text += fmt::format("{}, licence {}\n", schema.library, schema.licence);
  if (!schema.page.empty()) text += "\n" + schema.page + "\n";
  Table params, ports, outputs;
  for (const ParamSchema& param : schema.params)
    params.add(param.name, accepts(param), state_of(param), param.description);
  for (const PortSchema& port : schema.ports) {
    ports.add(port.name, takes(port), state_of(port), joined(port.description, needs_of(port)));
  }
  for (const OutputSchema& output : schema.outputs)
    outputs.add(output.name, shape_of(output), "", output.description);
  text += params.text("parameters") + ports.text("ports") + outputs.text("outputs");
  if (!schema.facets.empty()) text += "\nfacets: " + wording::listed(schema.facets) + "\n";
  text += "\nin a pipeline\n";
  if (const std::string pipeline = example(schema); !pipeline.empty())
    return text + indented(pipeline) + "\n";
  return text + "  " + schema.name + ": " + least(schema) + "\n";
}

std::string markdown(const Registry& registry, const Example& example) {
  std::string page = "# Plugins\n\nWritten by `weir` from the plugins' own declarations.\n";
  for (const std::string& kind : registry.kinds()) {
    page += "\n## " + kind + "\n";
    for (const PluginSchema& schema : registry.plugins()) {
      if (schema.kind == kind) page += page_of(schema, example(schema));
    }
  }
  return page;
}

}  // namespace weir
