// tools/lab/sweep/schedule.cpp -- which job starts when, and what became of each.
#include "schedule.hpp"

#include <fmt/format.h>
#include <csignal>

#include <algorithm>
#include <chrono>
#include <numeric>

namespace weir::tools {

Schedule::Schedule(const std::vector<Job>& jobs, std::size_t at_once, std::set<std::string> available)
    : jobs_(jobs),
      at_once_(std::max<std::size_t>(at_once, 1)),
      available_(std::move(available)),
      waiting_(jobs.size()) {
  std::iota(waiting_.begin(), waiting_.end(), std::size_t{0});
}

std::size_t Schedule::take() {
  if (running_.size() >= at_once_) return none;
  const auto ready = [&](std::size_t job) {
    return std::none_of(jobs_[job].share.begin(), jobs_[job].share.end(),
                        [&](const auto& shared) { return claims_.contains(shared.second); });
  };
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), ready);
  if (found == waiting_.end()) return none;
  const std::size_t job = *found;
  waiting_.erase(found);
  running_.insert(job);
  for (const auto& [node, key] : jobs_[job].share)
    if (!available_.contains(key)) claims_[key] = job;
  return job;
}

void Schedule::node_finished(std::size_t job, const std::string& node) {
  const auto shared = jobs_[job].share.find(node);
  if (shared == jobs_[job].share.end()) return;
  available_.insert(shared->second);
  claims_.erase(shared->second);
}

void Schedule::job_ended(std::size_t job) {
  running_.erase(job);
  std::erase_if(claims_, [&](const auto& claim) { return claim.second == job; });
}

namespace {

// Takes one event of a run into its outcome.
void note(Outcome& outcome, const nlohmann::json& event) {
  const std::string kind = event.value("event", "");
  if (kind == "warning") {
    const std::string node = event.value("node", "");
    outcome.warnings.push_back((node.empty() ? "" : node + ": ") + event.value("text", ""));
  } else if (kind == "failed") {
    outcome.message = fmt::format("node '{}': {}", event.value("node", ""), event.value("message", ""));
  } else if (kind == "invalid") {
    outcome.status = "invalid";
    outcome.message = event.value("text", "");
  } else if (kind == "end") {
    outcome.status = event.value("status", "failed");
    outcome.bytes = event.value("bytes", std::uint64_t{0});
    // The last word names node, plugin, library and place, where a node's own "failed" gives the cause alone.
    if (const std::string message = event.value("message", ""); !message.empty()) outcome.message = message;
  }
}

// The process is gone; a run that did not say how it ended has crashed.
void close(Outcome& outcome, const News& news, bool stopping) {
  outcome.exit = news.exit;
  if (outcome.status != "not run") return;
  if (stopping && (news.exit == 128 + SIGINT || news.exit == 128 + SIGTERM)) {
    outcome.status = "interrupted";
    outcome.exit = interrupted;
    outcome.message = "stopped before it began; the same command starts it";
    return;
  }
  outcome.status = "failed";
  if (news.exit > 128) {
    outcome.exit = plugin_failed;
    outcome.message =
        fmt::format("weir-run was killed by signal {}{}", news.exit - 128,
                    news.exit == 128 + SIGKILL ? "; the same command goes on from its last checkpoint" : "");
  } else if (outcome.message.empty()) {
    outcome.message = fmt::format("weir-run ended with exit code {} and without a word", news.exit);
    if (news.exit == fine) outcome.exit = plugin_failed;
  }
  if (!news.stderr_tail.empty()) outcome.message += "\n" + news.stderr_tail;
}

}  // namespace

std::vector<Outcome> run_all(const std::vector<Job>& jobs, std::size_t at_once,
                             std::set<std::string> available, Runner& runner, Progress& progress) {
  using Clock = std::chrono::steady_clock;
  std::vector<Outcome> outcomes(jobs.size());
  std::vector<Clock::time_point> begun(jobs.size());
  Schedule schedule(jobs, at_once, std::move(available));
  while (true) {
    while (!runner.stopping()) {
      const std::size_t job = schedule.take();
      if (job == Schedule::none) break;
      begun[job] = Clock::now();
      progress.started(job);
      runner.start(job);
    }
    if (schedule.running() == 0)
      break;  // nothing left, or told to stop: a job never waits when none is running
    const std::optional<News> news = runner.next();
    if (!news) {
      progress.tick();
    } else if (!news->ended) {
      note(outcomes[news->job], news->event);
      if (news->event.value("event", "") == "finished")
        schedule.node_finished(news->job, news->event.value("node", ""));
      progress.event(news->job, news->event);
    } else {
      close(outcomes[news->job], *news, runner.stopping());
      outcomes[news->job].seconds = std::chrono::duration<double>(Clock::now() - begun[news->job]).count();
      schedule.job_ended(news->job);
      progress.ended(news->job, outcomes[news->job]);
    }
  }
  return outcomes;
}

}  // namespace weir::tools
