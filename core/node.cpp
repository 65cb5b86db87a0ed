// core/node.cpp -- a node's declarations and settings.
#include <weir/node.hpp>

#include <fmt/format.h>
#include <algorithm>

#include <weir/front/faults/wording.hpp>

namespace weir {
namespace {

template <class T>
T* find(const std::vector<T*>& declared, const std::string& name) {
  const auto it = std::ranges::find_if(declared, [&](const T* item) { return item->schema().name == name; });
  return it == declared.end() ? nullptr : *it;
}

void require_name(const char* what, const std::string& name) {
  if (wording::is_name(name)) return;
  throw std::logic_error(
      fmt::format("{} {} has a name that no pipeline can write; use letters, digits and '_', no digit first",
                  what, wording::quote(name)));
}

[[noreturn]] void refuse_twice(const char* what, const std::string& name, const char* other) {
  throw std::logic_error(fmt::format(
      "{} '{}' is declared twice: its class, or a base class of it, has {} of that name; rename it", what,
      name, other));
}

}  // namespace

void Plan::fault(const std::string& key, const std::string& message, const std::string& remedy) {
  faults_.push_back({.code = "W501",
                     .place = place_(key),
                     .message = message,
                     .remedy = remedy,
                     .notes = {},
                     .also = ends(key)});
}

std::vector<Fault::Also> Plan::ends(const std::string& key) const {
  return ends_ ? ends_(key) : std::vector<Fault::Also>{};
}

void Plan::fault(const std::string& key, const std::string& message, const Node& other,
                 const std::string& other_key, const std::string& caption, const std::string& remedy) {
  std::vector<Fault::Also> also = {{other.place(other_key), caption}};
  for (Fault::Also& end : ends(key))
    if (!(end.place == also.front().place)) also.push_back(std::move(end));
  faults_.push_back({.code = "W502",
                     .place = place_(key),
                     .message = message,
                     .remedy = remedy,
                     .notes = {},
                     .also = std::move(also)});
}

Node::Node() : options_(at::TensorOptions().dtype(at::kFloat).device(at::kCPU)) {}
Node::~Node() = default;

void Node::require_free_key(const char* what, const std::string& name) const {
  require_name(what, name);
  if (is_reserved(name))
    throw std::logic_error(
        fmt::format("{} '{}' has a name that pipelines keep for themselves ({}); rename it", what, name,
                    wording::listed(reserved_names())));
  if (find(params_, name)) refuse_twice(what, name, "a parameter");
  if (find(ports_, name)) refuse_twice(what, name, "a port");
}

void Node::require_free_output(const std::string& name) const {
  require_name("output", name);
  if (find(outputs_, name)) refuse_twice("output", name, "an output");
}

void Node::require_free_facet(const std::string& name) const {
  if (find_facet(*this, name)) refuse_twice("facet", name, "a facet");
}

Rng Node::rng() const { return Rng(seed_, path_, options_); }

Place Node::place(const std::string& key) const {
  const auto it = places_.find(key);
  if (it != places_.end()) return it->second;
  const auto own = places_.find("");
  return own == places_.end() ? Place{} : own->second;
}

void Node::set(Setting setting) {
  path_ = std::move(setting.path);
  seed_ = setting.seed;
  options_ = setting.options;
  places_ = std::move(setting.places);
}

void Node::set_params(const nlohmann::json& params) {
  for (const auto& [name, value] : params.items()) {
    AnyParam* param = find(params_, name);
    if (!param) throw std::invalid_argument(fmt::format("'{}' is not a parameter of node '{}'", name, path_));
    param->set(value);
  }
}

AnyPort* Node::port(const std::string& name) const { return find(ports_, name); }
AnyOutput* Node::output(const std::string& name) const { return find(outputs_, name); }

PluginSchema Node::schema() const {
  PluginSchema schema;
  for (const AnyFacet* declared : facets_) schema.facets.push_back(declared->name());
  schema.stateful = stateful();
  for (const AnyParam* param : params_) schema.params.push_back(param->schema());
  for (const AnyPort* port : ports_) schema.ports.push_back(port->schema());
  for (const AnyOutput* output : outputs_) schema.outputs.push_back(output->schema());
  return schema;
}

}  // namespace weir
