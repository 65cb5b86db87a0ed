// core/front/plugins/schema.hpp -- what a plugin declares: parameters, ports, outputs, facets. Free of LibTorch.
//
// A plugin's constructor declares each of these once (core/param.hpp, core/port.hpp, core/output.hpp, core/facet.hpp). The declarations
// are collected in a PluginSchema, written as JSON into the schema cache beside the library, and read back by everything
// that must answer without loading the plugin: checking, `weir show`, the JSON Schema, the reference.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace weir {

// How a parameter is written in YAML and what JSON value it resolves to.
//   boolean  true | false                  -> bool
//   integer  7, 2e4                        -> int64
//   number   0.5, 2e4                      -> double
//   angle    180 deg, 3.14 rad, 0.5 (rad)  -> double, radians
//   text     any scalar                    -> string
//   choice   one of `choices`              -> string
//   path     a path relative to the file that writes it -> string, absolute
//   numbers  [1, 2, 3]                     -> array of double
//   matrix   [[1, 0], [0, 1]]              -> array of arrays of double, rectangular
//   draw     fresh | {fixed: N}            -> "fresh" | {"fixed": int64}
//   texts    [a, b], or one of them: a     -> array of strings, not empty
enum class ParamType { boolean, integer, number, angle, text, choice, path, numbers, matrix, draw, texts };

struct ParamSchema {
  std::string name;
  ParamType type = ParamType::number;
  bool required = false;          // no default and must be written
  nlohmann::json fallback;        // the default; null when required, or when absence is a value of its own
  std::optional<double> minimum;  // bounds hold for numbers and for each element of numbers and matrix
  std::optional<double> maximum;
  bool minimum_excluded = false;
  bool maximum_excluded = false;
  std::vector<std::string> choices;
  std::string unit;  // "" for a plain number
  std::string description;
};

struct PortSchema {
  std::string name;
  std::string kind;  // "tensor", "trace", or the kind of an interface: "source", "field", ...
  bool required = true;
  bool map = false;                // holds several, by name (probes)
  std::string fallback;            // default plugin, "uniform" or "time/uniform"; "" for none
  std::vector<std::string> needs;  // facets that the other end must have, "log_density"
  std::string description;
};

struct OutputSchema {
  std::string name;
  std::string kind = "tensor";    // "tensor", "trace" or the kind of an interface
  std::string dtype;              // "float", "int64": float is the graph's dtype
  std::vector<std::string> dims;  // named dimensions, e.g. {"pair", "dim"}
  std::string unit;               // "1" for dimensionless
  std::string description;

  // Whether the description says when it is NaN. What is NaN without that is a fault.
  bool may_be_nan() const { return description.find("NaN") != std::string::npos; }
};

struct PluginSchema {
  std::string vendor;  // "" for Weir's own, and for libraries that name none
  std::string kind;
  std::string name;
  std::string summary;
  std::string
      page;  // what its author says of it: equations, source, limits; lines of text, "" if there are none
  std::string version;
  std::string licence;
  std::string library;   // absolute path of the .so that holds it
  std::string build_id;  // of that library: the cache key
  std::vector<std::string>
      facets;             // that it has, with some parameters at least: "log_density", "moments", ...
  bool stateful = false;  // has save/load: checkpointed, and shared between the runs of a sweep
  std::vector<ParamSchema> params;
  std::vector<PortSchema> ports;
  std::vector<OutputSchema> outputs;

  // The full name, "noise/constant" or "acme/noise/constant", and back.
  std::string id() const { return (vendor.empty() ? "" : vendor + "/") + short_id(); }
  std::string short_id() const { return kind + "/" + name; }
  void set_id(const std::string& id);
  const ParamSchema* param(const std::string& name) const;
  const PortSchema* port(const std::string& name) const;
  const OutputSchema* output(const std::string& name) const;
};

// Keys that every node may carry, and which therefore no plugin may declare.
inline const std::vector<std::string> reserved_keys = {"plugin", "seed", "record", "timeout", "note"};

// The names that no parameter or port may have: those keys, and `use`, by which a node stands for a block.
std::vector<std::string> reserved_names();
bool is_reserved(const std::string& name);

nlohmann::json to_json(const PluginSchema& schema);
PluginSchema plugin_schema(const nlohmann::json& json);  // throws std::runtime_error if a field is missing

}  // namespace weir
