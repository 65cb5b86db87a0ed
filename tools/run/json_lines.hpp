// tools/run/json_lines.hpp -- events as one JSON object a line, for the program that started this one.
//
// They go to a descriptor of their own, so that nothing that a plugin prints is taken for one. That nobody hears them is no fault.
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include <weir/executor/event.hpp>
#include <weir/os/descriptor.hpp>

class JsonLines final : public weir::Events {
 public:
  // `descriptor` is not handed on to programs that plugins start, unless it is standard output.
  explicit JsonLines(int descriptor);
  JsonLines(const JsonLines&) = delete;
  JsonLines& operator=(const JsonLines&) = delete;

  void started(const std::string& node) override;
  void progress(const std::string& node, std::int64_t step, std::int64_t total,
                const std::map<std::string, double>& values) override;
  void warning(const std::string& node, const std::string& text) override;
  void finished(const std::string& node, double seconds, bool shared) override;
  void failed(const std::string& node, const std::string& message) override;
  void stopped(const std::string& node) override;

  void emit(const nlohmann::json& event);

 private:
  weir::os::Descriptor to_;
  std::mutex mutex_;
  std::map<std::string, int> warnings_;  // given by each node
};
