// tools/run/json_lines.cpp -- events as lines of JSON.
#include "json_lines.hpp"

#include <iostream>

void JsonLines::emit(const nlohmann::json& event) {
  // Texts of plugins and file names may hold any bytes: replace what is not UTF-8 rather than throw.
  const std::string line = event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const std::lock_guard lock(mutex_);
  std::cout << line << std::endl;
}

void JsonLines::started(const std::string& node) { emit({{"event", "started"}, {"node", node}}); }

void JsonLines::progress(const std::string& node, std::int64_t step, std::int64_t total,
                         const std::map<std::string, double>& values) {
  emit({{"event", "progress"}, {"node", node}, {"step", step}, {"total", total}, {"values", values}});
}

void JsonLines::warning(const std::string& node, const std::string& text) {
  emit({{"event", "warning"}, {"node", node}, {"text", text}});
}

void JsonLines::finished(const std::string& node, double seconds, bool shared) {
  nlohmann::json event = {{"event", "finished"}, {"node", node}, {"seconds", seconds}};
  if (shared) event["shared"] = true;
  emit(event);
}

void JsonLines::failed(const std::string& node, const std::string& message) {
  emit({{"event", "failed"}, {"node", node}, {"message", message}});
}
