// tools/lab/sampling/classes.cpp -- the classes of a training's labels: how many, and their names.
#include "classes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include <weir/record/data/dotted_path.hpp>

#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include "trained_field.hpp"

namespace weir::tools {
namespace {

// As a source was told, or as one that reads names of classes recorded how many there are of each.
Classes classes_of(const Graph& graph, const RecordedRun& record, const std::string& from,
                   std::set<std::string>& seen) {
  if (!seen.insert(from).second) return {};
  const GraphNode& node = *graph.node(from);
  if (const auto classes = node.params.find("classes");
      classes != node.params.end() && classes->is_number_integer())
    return {classes->get<std::int64_t>(), {}};
  if (const std::string sizes = record_path(from) + "/class_size"; record.reader().has(sizes))
    return {record.reader().shape(sizes).at(0), record.names(from, "class_names")};
  for (const auto& [port, ends] : node.ports)
    for (const auto& [key, link] : ends)
      if (Classes found = classes_of(graph, record, link.node, seen); found.count > 0) return found;
  return {};
}

}  // namespace

Classes classes_of(const Graph& graph, const RecordedRun& record, const GraphNode& trainer,
                   std::optional<std::int64_t> told) {
  std::set<std::string> met;
  Classes found = classes_of(graph, record, trainer.path, met);
  if (told) found.count = *told;
  if (found.count != std::ssize(found.names)) found.names.clear();
  return found;
}

std::int64_t label_of(const RecordedRun& record, const Classes& classes, const std::string& given) {
  std::int64_t label = -1;
  const char* const end = given.data() + given.size();
  const auto [rest, error] = std::from_chars(given.data(), end, label);
  const bool number = error == std::errc() && rest == end && label >= 0;
  const std::string known = classes_text(classes.names);
  if (!number) {
    const auto found = std::ranges::find(classes.names, given);
    if (found != classes.names.end()) return found - classes.names.begin();
    throw CommandError(invalid,
                       known.empty()
                           ? fmt::format("--label: '{}' is no whole number from 0", given)
                           : fmt::format("--label: '{}' is no class of {}{}; its classes are {}", given,
                                         record.file().string(), suggestion(given, classes.names), known));
  }
  if (classes.count < 1) refuse(record, "it does not say how many classes there are: --classes 10");
  if (label >= classes.count)
    throw CommandError(invalid,
                       fmt::format("--label: {} has {} {}, {}", record.file().string(), classes.count,
                                   classes.count == 1 ? "class" : "classes",
                                   known.empty() ? fmt::format("0 to {}", classes.count - 1) : known));
  return label;
}

}  // namespace weir::tools
