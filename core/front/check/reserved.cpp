// core/front/check/reserved.cpp -- keys that every node may have beside its parameters: seed, record, timeout, note.
#include <weir/front/check/check.hpp>

#include <weir/front/faults/wording.hpp>
#include <weir/front/yaml/scalar.hpp>
#include <weir/front/yaml/spelled_number.hpp>
#include <weir/front/yaml/written.hpp>

namespace weir::check {

using wording::quote;
using yaml::Entry;
using yaml::Node;

namespace {

// all | none | {output: all | none | true | false | number of first rows}
void read_record(const Node& value, GraphNode& node, Draft& draft) {
  node.record = yaml::to_json(value);
  const auto is_rule = [](const nlohmann::json& rule) {
    return rule == "all" || rule == "none" || rule.is_boolean() || (rule.is_number_integer() && rule >= 1);
  };
  if (!value.is_map()) {
    if (!is_rule(node.record) || node.record.is_number())
      draft.wrong(value, "'record' of " + owner(node) +
                             " must be all, none, or a map of outputs such as {x0: true, x1: 100}");
    return;
  }
  std::vector<std::string> outputs;
  for (const OutputSchema& output : node.schema.outputs) outputs.push_back(output.name);
  for (const Entry& entry : value.entries) {
    if (!node.schema.output(entry.key)) {
      draft.fault("W203", entry.place, "unknown output " + quote(entry.key) + " of " + owner(node),
                  wording::did_you_mean(entry.key, outputs),
                  {"outputs: " + (outputs.empty() ? "none" : wording::listed(outputs))});
    } else if (!is_rule(node.record[entry.key])) {
      draft.wrong(entry.value, "what is recorded of " + quote(entry.key) +
                                   " must be all, none, true, false or a number of first rows from 1 on");
    }
  }
}

}  // namespace

void read_reserved(const Node& value, GraphNode& node, Draft& draft) {
  if (const Entry* seed = value.find("seed")) {
    node.seed =
        seed->value.is_scalar() && !seed->value.quoted ? scalar::seed(seed->value.text) : std::nullopt;
    if (!node.seed)
      draft.wrong(
          seed->value,
          "'seed' of node " + quote(node.path) + " must be an integer from 0 to 18446744073709551615",
          number_remedy(seed->value, [](const auto& text) { return scalar::seed(text).has_value(); }));
  }
  if (const Entry* record = value.find("record")) read_record(record->value, node, draft);
  if (const Entry* timeout = value.find("timeout")) {
    const auto seconds = timeout->value.is_scalar() && !timeout->value.quoted
                             ? scalar::number(timeout->value.text)
                             : std::nullopt;
    if (!seconds || *seconds <= 0) {
      draft.wrong(timeout->value,
                  "'timeout' of node " + quote(node.path) + " must be a number of seconds above 0",
                  number_remedy(timeout->value, [](const auto& text) { return scalar::number(text) > 0.0; }));
    } else {
      node.timeout = *seconds;
    }
  }
  if (const Entry* note = value.find("note")) {
    if (!note->value.is_scalar())
      draft.wrong(note->value, "'note' of node " + quote(node.path) + " must be text");
    node.note = note->value.text;
  }
}

}  // namespace weir::check
