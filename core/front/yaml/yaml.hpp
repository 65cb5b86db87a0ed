// core/front/yaml/yaml.hpp -- YAML text to a tree in which everything knows where it was written.
//
// Stricter than YAML: one document, scalar keys, each key once, no merge key, no tags, bounded depth, size
// and alias expansion. yaml-cpp is used by yaml.cpp alone.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include <weir/front/faults/fault.hpp>
#include <weir/front/faults/place.hpp>

namespace weir::yaml {

struct Entry;

struct Node {
  enum class Type { null, scalar, list, map };
  Type type = Type::null;
  std::string text;            // of a scalar
  bool quoted = false;         // a scalar in quotes or a block: always text, never a number
  std::vector<Node> items;     // of a list
  std::vector<Entry> entries;  // of a map, in the order written
  Place place;
  std::string origin;  // the file whose folder relative paths start from; "" for the working directory
  Place defined;       // of the value of a var that stands here, line 0 and no file if it is none

  bool is_scalar() const { return type == Type::scalar; }
  bool is_list() const { return type == Type::list; }
  bool is_map() const { return type == Type::map; }
  bool is_null() const { return type == Type::null; }
  const Entry* find(const std::string& key) const;  // of a map; nullptr if it is absent or this is no map
  Entry* find(const std::string& key);
};

struct Entry {
  std::string key;
  Place place;  // of the key
  Node value;
};

// Most that is read: bytes of a file, nested levels, nodes after aliases are expanded.
inline constexpr std::size_t most_bytes = 1 << 20;
inline constexpr int most_levels = 64;
inline constexpr std::size_t most_nodes = 100'000;

// The bytes of a file; nothing, and a fault, if it cannot be read. One byte more than is allowed of one that is too large.
std::optional<std::string> read_bytes(const std::filesystem::path& file, Faults& faults);

// The tree of a text, its places carrying `name` as their file. Nothing, and at least one fault, if it is none.
std::optional<Node> read_text(const std::string& text, const std::string& name, Faults& faults);

// A single value given on a command line: every node gets `place` and no origin.
std::optional<Node> read_value(const std::string& text, const Place& place, Faults& faults);

// Scalars by YAML's core schema (null, true, 7, 0.5, text), lists and maps as they are.
nlohmann::json to_json(const Node& node);

// "a list", "a map", "nothing", "'text'": for messages.
std::string describe(const Node& node);

}  // namespace weir::yaml
