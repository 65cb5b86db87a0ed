// tools/run/json_lines.hpp -- events as one JSON object a line on standard output, for the program that started this one.
#pragma once

#include <mutex>
#include <nlohmann/json.hpp>

#include <weir/executor/event.hpp>

class JsonLines final : public weir::Events {
 public:
  void started(const std::string& node) override;
  void progress(const std::string& node, std::int64_t step, std::int64_t total,
                const std::map<std::string, double>& values) override;
  void warning(const std::string& node, const std::string& text) override;
  void finished(const std::string& node, double seconds, bool shared) override;
  void failed(const std::string& node, const std::string& message) override;

  void emit(const nlohmann::json& event);

 private:
  std::mutex mutex_;
};
