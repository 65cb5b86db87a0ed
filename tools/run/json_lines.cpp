// tools/run/json_lines.cpp -- events as lines of JSON.
#include "json_lines.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace {

constexpr std::size_t longest = 1 << 20;  // bytes of a text, which may be a plugin's
constexpr int most_warnings = 50;         // of a node

}  // namespace

JsonLines::JsonLines(int descriptor) : to_(::fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)) {
  if (descriptor > STDERR_FILENO) ::close(descriptor);
}

void JsonLines::emit(const nlohmann::json& event) {
  nlohmann::json bounded = event;
  for (nlohmann::json& value : bounded)
    if (auto* text = value.get_ptr<std::string*>(); text && text->size() > longest) text->resize(longest);
  // Texts of plugins and file names may hold any bytes: replace what is not UTF-8 rather than throw.
  const std::string line = bounded.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const std::lock_guard lock(mutex_);
  weir::os::write_all(to_, line);
}

void JsonLines::started(const std::string& node) { emit({{"event", "started"}, {"node", node}}); }

void JsonLines::progress(const std::string& node, std::int64_t step, std::int64_t total,
                         const std::map<std::string, double>& values) {
  emit({{"event", "progress"}, {"node", node}, {"step", step}, {"total", total}, {"values", values}});
}

void JsonLines::warning(const std::string& node, const std::string& text) {
  int given = 0;
  {
    const std::lock_guard lock(mutex_);
    given = ++warnings_[node];
  }
  if (given <= most_warnings)
    emit({{"event", "warning"},
          {"node", node},
          {"text", given < most_warnings ? text : "further warnings are not shown"}});
}

void JsonLines::finished(const std::string& node, double seconds, bool shared) {
  nlohmann::json event = {{"event", "finished"}, {"node", node}, {"seconds", seconds}};
  if (shared) event["shared"] = true;
  emit(event);
}

void JsonLines::stopped(const std::string& node) { emit({{"event", "stopped"}, {"node", node}}); }

void JsonLines::failed(const std::string& node, const std::string& message) {
  emit({{"event", "failed"}, {"node", node}, {"message", message}});
}
