// tools/lab/sweep/schedule.cpp -- which job starts when, and what became of each.
#include "schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <system_error>

#include "death.hpp"
#include "event.hpp"

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
    const std::string message = event.value("message", "");
    outcome.message = message.starts_with("node '")
                          ? message
                          : fmt::format("node '{}': {}", event.value("node", ""), message);
  } else if (kind == "invalid") {
    outcome.status = "invalid";
    outcome.exit = invalid;
    outcome.message = event.value("text", "");
  } else if (kind == "end") {
    outcome.status = event.value("status", "failed");
    outcome.exit = event.value("exit", -1);
    outcome.bytes = event.value("bytes", std::uint64_t{0});
    // The last word names node, plugin, library and place, where a node's own "failed" gives the cause alone.
    if (const std::string message = event.value("message", ""); !message.empty()) outcome.message = message;
  }
}

// A job under way.
struct Work {
  std::chrono::steady_clock::time_point begun;
  std::set<std::string> nodes;  // that have started and not finished
  bool records = false;         // its record is open
};

void follow(Work& work, const nlohmann::json& event) {
  const std::string kind = event.value("event", "");
  if (kind == "started") {
    work.records = true;
    work.nodes.insert(event.value("node", ""));
  } else if (kind == "finished" || kind == "stopped") {
    work.nodes.erase(event.value("node", ""));
  }
}

// The process is gone. What it told of its end stands, whatever happened to it afterwards.
void close(Outcome& outcome, const News& news, const Job& job, const Work& work, bool stopping) {
  if (outcome.status == "not run") {
    explain_death(outcome, news, work.nodes, stopping);
    if (work.records) close_record(job, outcome);
    return;
  }
  if (!is_exit(outcome.exit)) outcome.exit = news.exit;
  if (outcome.status == "finished")
    outcome.exit = fine;
  else if (outcome.exit == fine || !is_exit(outcome.exit))
    outcome.exit = plugin_failed;
}

}  // namespace

std::vector<Outcome> run_all(const std::vector<Job>& jobs, std::size_t at_once,
                             std::set<std::string> available, Runner& runner, Progress& progress) {
  using Clock = std::chrono::steady_clock;
  std::vector<Outcome> outcomes(jobs.size());
  std::vector<Work> works(jobs.size());
  Schedule schedule(jobs, at_once, std::move(available));
  while (true) {
    while (!runner.stopping()) {
      const std::size_t job = schedule.take();
      if (job == Schedule::none) break;
      works[job].begun = Clock::now();
      progress.started(job);
      try {
        runner.start(job);
      } catch (const std::system_error& error) {  // no more processes, no memory: the others go on
        outcomes[job].status = "failed";
        outcomes[job].message = error.what();
        outcomes[job].exit = plugin_failed;
        schedule.job_ended(job);
        progress.ended(job, outcomes[job]);
      }
    }
    if (schedule.running() == 0)
      break;  // nothing left, or told to stop: a job never waits when none is running
    const std::optional<News> news = runner.next();
    if (!news) {
      progress.tick();
      continue;
    }
    const std::size_t job = news->job;
    const auto hear = [&](const nlohmann::json& event) {
      note(outcomes[job], event);
      progress.event(job, event);
    };
    if (!news->ended) {
      follow(works[job], news->event);
      if (news->event.value("event", "") == "finished")
        schedule.node_finished(job, news->event.value("node", ""));
      hear(news->event);
      continue;
    }
    if (news->output_bytes > 0) hear(printed(news->output, news->output_bytes));
    close(outcomes[job], *news, jobs[job], works[job], runner.stopping());
    outcomes[job].seconds = std::chrono::duration<double>(Clock::now() - works[job].begun).count();
    schedule.job_ended(job);
    progress.ended(job, outcomes[job]);
  }
  return outcomes;
}

}  // namespace weir::tools
