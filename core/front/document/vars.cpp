// core/front/document/vars.cpp -- `vars`, ${name} and ${env:NAME}.
#include <weir/front/document/document.hpp>

#include <cstdlib>
#include <map>
#include <optional>
#include <set>

#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/home.hpp>
#include <weir/front/yaml/written.hpp>

namespace weir {
namespace {

using wording::quote;
using yaml::Entry;
using yaml::Node;

// What stands between "${" and "}" if the text holds that at `from`, as a name or env:NAME.
std::optional<std::string> reference_at(const std::string& text, std::size_t from) {
  const std::size_t end = text.find('}', from);
  if (end == std::string::npos) return std::nullopt;
  const std::string inside = text.substr(from + 2, end - from - 2);
  const bool environment = inside.starts_with("env:");
  return wording::is_name(environment ? inside.substr(4) : inside) ? std::optional(inside) : std::nullopt;
}

class Substitution {
 public:
  Substitution(Node vars, Faults& faults) : vars_(std::move(vars)), faults_(faults) {}

  void run(Node& node) {
    for (Node& item : node.items) run(item);
    for (Entry& entry : node.entries) run(entry.value);
    if (!node.is_scalar()) return;
    const std::size_t from = node.text.find("${");
    if (from == std::string::npos) return;
    const auto inside = reference_at(node.text, from);
    if (!inside) return;
    if (node.text != "${" + *inside + "}") {
      const std::string home = (*inside == "HOME" || *inside == "env:HOME") ? variable_remedy(node.text) : "";
      fault("W123", node,
            quote("${" + *inside + "}") + " stands for a whole value, and here it is part of one",
            from == 0 && !home.empty() ? home : "make the whole value a var");
    } else if (inside->starts_with("env:")) {
      from_environment(node, inside->substr(4));
    } else {
      from_var(node, *inside);
    }
  }

  void report_unused() {
    for (const Entry& entry : vars_.entries) {
      if (used_.count(entry.key)) continue;
      faults_.push_back({"W124",
                         entry.place,
                         "var " + quote(entry.key) + " is used nowhere",
                         "remove it, or write \"${" + entry.key + "}\" where it is meant",
                         {},
                         {}});
    }
  }

 private:
  void fault(const char* code, Node& node, const std::string& message, const std::string& remedy) {
    faults_.push_back(value_fault(code, node, message, remedy));
  }

  void from_environment(Node& node, const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (!value)
      return fault("W125", node, "the environment variable " + quote(name) + " is not set",
                   "set it, or write the value here");
    node.text = value;
    node.quoted = false;
    node.origin.clear();
    node.defined = {"the environment variable " + name, 0, 0, 1};
  }

  void from_var(Node& node, const std::string& name) {
    const Entry* found = vars_.find(name);
    std::vector<std::string> names;
    for (const Entry& entry : vars_.entries) names.push_back(entry.key);
    if (!found) {
      used_.insert(nearest(name, names));  // probably meant, and then not used nowhere
      Fault unknown =
          value_fault("W123", node, "unknown var " + quote(name), wording::did_you_mean(name, names));
      if (unknown.remedy.empty() && std::getenv(name.c_str()))
        unknown.remedy = "an environment variable is \"${env:" + name + "}\"";
      unknown.notes.push_back(names.empty() ? "this pipeline has no vars"
                                            : "vars: " + wording::listed(names));
      faults_.push_back(unknown);
      return;
    }
    used_.insert(name);
    if (!open_.insert(name).second) {
      circular_ = true;
      return;
    }
    Node value = found->value;
    const Place defined = value.place;
    run(value);
    open_.erase(name);
    if (circular_) {
      circular_ = !open_.empty();
      if (open_.empty()) fault("W123", node, "var " + quote(name) + " needs itself", "");
      return;
    }
    value.place = node.place;
    if (value.defined.file.empty()) value.defined = defined;
    node = value;
  }

  Node vars_;
  Faults& faults_;
  std::set<std::string> used_, open_;
  bool circular_ = false;
};

}  // namespace

void substitute_vars(Node& root, const std::vector<Setting>& settings, Faults& faults) {
  Node vars;
  vars.type = Node::Type::map;
  if (Entry* written = root.find("vars")) {
    if (!written->value.is_map()) {
      faults.push_back(
          value_fault("W121", written->value,
                      "'vars' must be a map such as {sigma: 0.05}, not " + yaml::describe(written->value)));
    } else {
      vars = written->value;
    }
    root.entries.erase(root.entries.begin() + (written - root.entries.data()));
  }
  for (const Entry& entry : vars.entries) {
    if (!wording::is_name(entry.key)) {
      faults.push_back({"W122",
                        entry.place,
                        "the name of a var is made of letters, digits and _, unlike " + quote(entry.key),
                        "",
                        {},
                        {}});
    }
  }
  for (const Setting& setting : settings) {
    if (!setting.path.starts_with("vars.")) continue;
    const std::string name = setting.path.substr(5);
    if (Entry* entry = vars.find(name)) {
      entry->value = setting.value;
      continue;
    }
    std::vector<std::string> names;
    for (const Entry& entry : vars.entries) names.push_back(entry.key);
    faults.push_back({"W127",
                      setting.place,
                      "this pipeline has no var " + quote(name),
                      wording::did_you_mean(name, names),
                      {},
                      {}});
  }
  Substitution substitution(std::move(vars), faults);
  substitution.run(root);
  substitution.report_unused();
}

}  // namespace weir
