// core/executor/event.hpp -- what the executor tells while a graph runs. Thread-safe implementations live in tools/.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace weir {

class Events {
 public:
  virtual ~Events() = default;
  virtual void started(const std::string& node) = 0;
  virtual void progress(const std::string& node, std::int64_t step, std::int64_t total,
                        const std::map<std::string, double>& values) = 0;
  virtual void warning(const std::string& node, const std::string& text) = 0;
  virtual void finished(const std::string& node, double seconds, bool shared) = 0;
  virtual void failed(const std::string& node, const std::string& message) = 0;
  virtual void stopped(const std::string&) {
  }  // a node that has started and will not finish, whatever the cause
};

}  // namespace weir
