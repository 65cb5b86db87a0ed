// core/front/document/document.hpp -- the tree of a pipeline after `extends`, and what `vars` and `--set` change in
// it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <weir/front/faults/fault.hpp>
#include <weir/front/plugins/registry.hpp>
#include <weir/front/yaml/yaml.hpp>

namespace weir {

// `path = value`, from --set or from a point of a sweep.
struct Setting {
  std::string path;  // "train.optimiser.lr", "seed", "vars.sigma"
  Place place;       // of the path
  yaml::Node value;
};

// What the command line says beside the file.
struct PipelineOptions {
  std::vector<std::pair<std::string, std::string>>
      set;             // --set path=value, in order; values are YAML scalars
  std::string device;  // --device, "" = as the file says
  int threads = 0;     // --threads, 0 = as the file says
  // The file is the resolved pipeline of a record: what is in it are values, and "${env:HOME}" is a text like any other. A record may
  // be a stranger's, and would otherwise ask for files and variables of whoever reads it.
  bool resolved = false;
};

// The keys of a pipeline's top level.
const std::vector<std::string>& top_level_keys();

// The file merged over those that it extends: maps key by key, the extending file wins, everything else (and
// a node that names another plugin, and an axis) whole; a null takes the inherited key away. `name` and
// `note` are not inherited. Every value keeps the place of the file that wrote it. Nothing, and a fault, if a
// file cannot be read, extends itself, or extends what is no pipeline, of which faults would quote lines.
struct Document {
  yaml::Node root;
  std::string source;                        // the bytes of the file itself
  std::vector<std::filesystem::path> files;  // it, and those that it extends
};
std::optional<Document> read_document(const std::filesystem::path& file, Faults& faults);

// A file that is a resolved pipeline: faults W120 for `extends` and `vars`, which it cannot have.
std::optional<Document> read_resolved_document(const std::filesystem::path& file, Faults& faults);

// Replaces every value `${name}` and `${env:NAME}`, after the settings to `vars.`. Faults: W123 unknown
// var, var in the midst of a text, vars that need each other; W124 unused var; W125 unset environment
// variable.
void substitute_vars(yaml::Node& root, const std::vector<Setting>& settings, Faults& faults);

// Writes one value into the tree, creating the default nodes that the path leads through. Fault W127 if the
// path leads nowhere; a wrong last key is left to be found when the nodes are read. Paths `vars.` are
// ignored.
void assign(yaml::Node& root, const Setting& setting, const Registry& registry, Faults& faults);

// The same within a map of nodes: `path` is node.parameter. Fault W127 likewise.
void assign_node(yaml::Node& nodes, const Setting& setting, const Registry& registry, Faults& faults);

// Takes out, with a fault W307, each node whose name is a part of another's: train.model beside train, loop.1 beside a use of a block
// named loop. Parts of a node (inline nodes, outputs, parameters, rounds of blocks) are named so, and no link could tell them apart. Also
// W122: nodes named as a part of the file that --set reaches by that name, as vars and sweep. The names of those taken out are broken.
void remove_taken_names(yaml::Node& root, std::set<std::string>& broken, Faults& faults);

// Replaces every node that uses a block by the nodes of that block, once for each round, and links, reports and
// expectations that name an output of a block by what it stands for; after the settings. Faults W128.
struct WrittenBlocks {
  std::map<std::string, std::string>
      first_rounds;              // prefix of a round, "loop.2.": the first one of the same block, "loop.1."
  std::set<std::string> broken;  // nodes that could not be written out
};
WrittenBlocks expand_blocks(yaml::Node& root, const Registry& registry, Faults& faults);

// The plugin id that a node's map names, "" if none; `kind` completes a bare name.
std::string plugin_id(const yaml::Node& node, const std::string& kind);

// What a bare word means in a port that has a default plugin, {plugin: cosine} for `schedule: cosine`; nothing where no plugin of
// the port's kind has that name. A node of that name goes before it, which the caller looks for.
std::optional<yaml::Node> plugin_of_word(const yaml::Node& value, const PortSchema& port,
                                         const Registry& registry);

// "a.b.c" at its dots.
std::vector<std::string> split_path(const std::string& path);

// Whether a path is `node` or lies below it: "train" and "train.probes.loss" are within "train", "trainer" is not.
bool is_within(const std::string& path, const std::string& node);

// Whether a node may have this name: a word, or several of which the later ones may be numbers (written out from a block).
bool is_node_path(const std::string& text);

}  // namespace weir
