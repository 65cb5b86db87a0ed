// tools/lab/sweep/event.cpp -- events are checked once, where they come in.
#include "event.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include <weir/text/utf8.hpp>

namespace weir::tools {
namespace {

using Json = nlohmann::json;

constexpr std::size_t shown = 4096;          // characters of a text
constexpr std::size_t all_faults = 1 << 18;  // of the one that lists the faults of a pipeline
constexpr std::size_t printed_shown = 1000;
constexpr std::size_t most_values = 16;

bool is_of_its_kind(const std::string& key, const Json& value) {
  static const std::set<std::string> texts = {"event", "node", "text", "message", "status"};
  static const std::set<std::string> counts = {"step", "total", "bytes", "exit"};
  if (texts.contains(key)) return value.is_string();
  if (counts.contains(key)) return value.is_number_integer();
  if (key == "seconds") return value.is_number();
  if (key == "shared") return value.is_boolean();
  if (key == "values") return value.is_object();
  return true;
}

Json visible_values(const Json& values) {
  Json named = Json::object();
  for (const auto& [name, value] : values.items())
    if (named.size() < most_values) named[utf8::visible(name, 40)] = value;
  return named;
}

}  // namespace

std::optional<Json> event_of(const std::string& line) {
  Json event = Json::parse(line, nullptr, false);
  if (!event.is_object() || !event.contains("event")) return std::nullopt;
  for (const auto& [key, value] : event.items())
    if (!is_of_its_kind(key, value)) return std::nullopt;
  const std::size_t most = event["event"] == "invalid" ? all_faults : shown;
  for (auto& [key, value] : event.items()) {
    if (value.is_string()) value = utf8::visible(value.get_ref<const std::string&>(), most);
    if (key == "values") value = visible_values(value);
  }
  return event;
}

Json printed(const std::string& output, std::uint64_t bytes) {
  std::string text = utf8::visible(output.substr(0, output.find_last_not_of(" \n") + 1), printed_shown);
  for (std::size_t end = 0; (end = text.find('\n', end)) != std::string::npos;) text.replace(end, 1, "\\n");
  return {{"event", "warning"},
          {"node", ""},
          {"text", fmt::format("a plugin printed {} bytes, which are in no record{}: {}", bytes,
                               bytes > output.size() ? "; they begin" : "", text)}};
}

}  // namespace weir::tools
