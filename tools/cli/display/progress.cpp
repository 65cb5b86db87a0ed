// tools/cli/display/progress.cpp -- plain lines, JSON lines, warnings alone, and the choice between them and the bar.
#include "progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <map>

#include <system/exit.hpp>
#include <system/output.hpp>
#include <text/number.hpp>
#include "progress_bar.hpp"

namespace weir::tools {
namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// What is seen of runs whose progress nobody wants to see.
class Warnings final : public Progress {
 public:
  explicit Warnings(std::vector<std::string> runs) : runs_(std::move(runs)) {}

  void event(std::size_t job, const nlohmann::json& event) override {
    if (event.value("event", "") == "warning")
      say("{}{}{}\n", runs_[job], runs_[job].empty() ? "" : "  ", warning(event));
  }

 private:
  std::vector<std::string> runs_;
};

// A line per start, end, warning and, every ten seconds, per run at work: fit for a log file. Nodes that take
// no time are left out.
class PlainProgress final : public Progress {
 public:
  PlainProgress(std::vector<std::string> runs, std::size_t kept) : runs_(std::move(runs)), kept_(kept) {
    if (kept_ > 0) line(fmt::format("{} finished runs are kept, {} to do", kept_, runs_.size()));
  }

  void event(std::size_t job, const nlohmann::json& event) override {
    const std::string kind = event.value("event", "");
    const std::string node = event.value("node", "");
    if (kind == "finished") {
      // Declarations such as a source or a noise take no time and deserve no line.
      if (!event.value("shared", false) && event.value("seconds", 0.0) < 0.05) return;
      line(fmt::format("{}{}: {}", prefix(job), node,
                       event.value("shared", false) ? "taken from another run"
                                                    : "done in " + duration(event.value("seconds", 0.0))));
    } else if (kind == "warning") {
      line(prefix(job) + warning(event));
    } else if (kind == "started") {
      at_work_[job] = {{}, seconds_now()};
    } else if (kind == "progress") {
      Work& work = at_work_[job];
      const double now = seconds_now();
      work.pace.at(now, event.value("step", std::int64_t{0}));
      if (now - work.spoken < 10) return;
      work.spoken = now;
      line(fmt::format("{}{}: {}", prefix(job), node, describe(event, work.pace)));
    }
  }

  void ended(std::size_t job, const Outcome& outcome) override {
    ++done_;
    if (runs_.size() + kept_ > 1)
      line(fmt::format("{}{} in {} ({}/{})", prefix(job), outcome.status, duration(outcome.seconds),
                       done_ + kept_, runs_.size() + kept_));
  }

 private:
  struct Work {
    Pace pace;
    double spoken = 0;
  };

  std::string prefix(std::size_t job) const { return runs_[job].empty() ? "" : runs_[job] + "  "; }
  static void line(const std::string& text) { say("{}\n", text); }

  std::vector<std::string> runs_;
  std::size_t kept_;
  std::size_t done_ = 0;
  std::map<std::size_t, Work> at_work_;
};

// The children's own lines on stdout, each with the name of its run.
class JsonProgress final : public Progress {
 public:
  explicit JsonProgress(std::vector<std::string> runs) : runs_(std::move(runs)) {}

  void event(std::size_t job, const nlohmann::json& event) override {
    nlohmann::json named = event;
    named["run"] = runs_[job];
    give("{}\n", named.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    flush_results();
  }

  void ended(std::size_t job, const Outcome& outcome) override {
    event(job, {{"event", "run_ended"},
                {"status", outcome.status},
                {"message", outcome.message},
                {"exit", outcome.exit},
                {"seconds", outcome.seconds}});
  }

 private:
  std::vector<std::string> runs_;
};

bool redraws() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && terminal != nullptr && std::string(terminal) != "dumb" &&
         *terminal != '\0';
}

}  // namespace

std::unique_ptr<Progress> make_progress(const std::string& kind, std::vector<std::string> runs,
                                        std::size_t kept) {
  if (kind == "none") return std::make_unique<Warnings>(std::move(runs));
  if (kind == "json") return std::make_unique<JsonProgress>(std::move(runs));
  if (kind == "auto" && redraws()) return std::make_unique<ProgressBar>(std::move(runs), kept);
  return std::make_unique<PlainProgress>(std::move(runs), kept);
}

}  // namespace weir::tools
