// core/front/document/taken_names.cpp -- names of nodes that would meet those of parts of other nodes.
#include <weir/front/document/document.hpp>

#include <algorithm>

#include <weir/front/faults/wording.hpp>

namespace weir {
namespace {

using wording::quote;
using yaml::Entry;
using yaml::Node;

// The node that the name is a part of: the one whose name is a beginning of it up to a dot.
const Entry* holder(const std::map<std::string, const Entry*>& nodes, const std::string& name) {
  for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
    const auto found = nodes.find(name.substr(0, dot));
    if (found != nodes.end()) return found->second;
  }
  return nullptr;
}

// A name like it that no node has.
std::string free_name(const std::map<std::string, const Entry*>& nodes, const std::string& name) {
  std::string free = name;
  std::ranges::replace(free, '.', '_');
  while (nodes.contains(free)) free += '_';
  return free;
}

}  // namespace

void remove_taken_names(Node& root, std::set<std::string>& broken, Faults& faults) {
  Entry* written = root.find("nodes");
  if (!written || !written->value.is_map()) return;
  std::map<std::string, const Entry*> nodes;
  for (const Entry& entry : written->value.entries) nodes.emplace(entry.key, &entry);
  std::set<std::string> taken;
  for (const Entry& entry : written->value.entries) {
    const std::string first = split_path(entry.key).front();
    if (first == "vars" || first == "sweep") {
      taken.insert(entry.key);
      faults.push_back({"W122",
                        entry.place,
                        "no node is named " + quote(first) + ": --set " + first +
                            ".NAME=value sets one of '" + first + ":'",
                        "name it " + free_name(nodes, entry.key + "_node"),
                        {},
                        {}});
    } else if (const Entry* other = holder(nodes, entry.key)) {
      taken.insert(entry.key);
      const Entry* use = other->value.find("use");
      faults.push_back({"W307",
                        entry.place,
                        quote(entry.key) + " is the name of a part of " +
                            (use ? quote(other->key) + ", which uses block " + quote(use->value.text)
                                 : "node " + quote(other->key)),
                        "name it " + free_name(nodes, entry.key),
                        {},
                        {{other->place, quote(other->key) + " is written here"}}});
    }
  }
  std::erase_if(written->value.entries, [&](const Entry& entry) { return taken.contains(entry.key); });
  broken.merge(taken);
}

}  // namespace weir
