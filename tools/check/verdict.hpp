// tools/check/verdict.hpp -- how a check ended.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace weir::conformance {

struct Verdict {
  enum class Status { ok, failed, skipped };
  Status status = Status::ok;
  std::string note;                     // of ok; the reason of skipped
  std::string expected, found, remedy;  // of failed
  double seconds = 0;
};

const char* name_of(Verdict::Status status);
nlohmann::json to_json(const Verdict& verdict);
Verdict verdict_of(const nlohmann::json& json);

// What is known of a check before it ends: told before each trial.
using Trying = std::function<void(const std::string&)>;
// A check's work: its note, or Broken or Skipped.
using Work = std::function<std::string(const Trying&)>;

// Does the work here; what it throws becomes the verdict.
Verdict judged(const Work& work, const Trying& trying);

// Does it in a child process, so that a crash, an exit or a hang of the plugin is a verdict too. The child's standard input is
// empty, its output kept apart, its working directory an empty one; it is ended when it starts no new trial for `seconds`. To
// be called while this process has one thread.
Verdict judged_apart(const Work& work, double seconds);

}  // namespace weir::conformance
