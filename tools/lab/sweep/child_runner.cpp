// tools/lab/sweep/child_runner.cpp -- carries out jobs as weir-run processes.
#include "child_runner.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdlib>

#include <system/exit.hpp>

namespace weir::tools {
namespace {

constexpr std::size_t words_kept = 4096;  // of what it wrote to standard error

sigset_t taken_over() {
  sigset_t set;
  sigemptyset(&set);
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGTSTP}) sigaddset(&set, number);
  return set;
}

}  // namespace

ChildRunner::ChildRunner(std::filesystem::path program, std::vector<std::string> environment,
                         std::function<std::vector<std::string>(std::size_t)> arguments)
    : program_(std::move(program)), environment_(std::move(environment)), arguments_(std::move(arguments)) {
  const sigset_t set = taken_over();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

ChildRunner::~ChildRunner() {
  if (signals_ >= 0) close(signals_);
  const sigset_t set = taken_over();
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

void ChildRunner::start(std::size_t job) {
  children_.emplace(job, os::Command{program_, arguments_(job), environment_});
}

std::optional<News> ChildRunner::next() {
  if (news_.empty()) wait_a_moment();
  if (news_.empty()) return std::nullopt;
  News news = std::move(news_.front());
  news_.pop_front();
  return news;
}

void ChildRunner::wait_a_moment() {
  std::vector<pollfd> watched = {{signals_, POLLIN, 0}};
  for (const auto& [job, child] : children_) {
    if (child.out() >= 0) watched.push_back({child.out(), POLLIN, 0});
    if (child.err() >= 0) watched.push_back({child.err(), POLLIN, 0});
  }
  if (poll(watched.data(), watched.size(), 100) <= 0) return;
  if (watched[0].revents != 0) on_signal();
  for (auto child = children_.begin(); child != children_.end();) {
    auto& [job, process] = *child;
    if (process.hear(os::Clock::now())) read(job, process);
    if (process.silent()) {
      News end;
      end.job = job;
      end.ended = true;
      end.exit = process.wait().shell_code();
      end.stderr_tail = process.errors();
      if (end.stderr_tail.size() > words_kept) end.stderr_tail.erase(0, end.stderr_tail.size() - words_kept);
      news_.push_back(std::move(end));
      child = children_.erase(child);
    } else {
      ++child;
    }
  }
}

void ChildRunner::read(std::size_t job, os::Child& child) {
  for (const std::string& line : child.take_lines()) {
    nlohmann::json event = nlohmann::json::parse(line, nullptr, false);
    // A line that is no event was printed by a plugin against the rules; it is shown rather than lost.
    if (!event.is_object())
      event = {{"event", "warning"}, {"node", ""}, {"text", "unexpected output: " + line}};
    News news;
    news.job = job;
    news.event = std::move(event);
    news_.push_back(std::move(news));
  }
}

void ChildRunner::on_signal() {
  signalfd_siginfo info{};
  while (::read(signals_, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGTSTP) {
      for (auto& [job, child] : children_) child.signal(SIGSTOP);
      raise(SIGSTOP);
      for (auto& [job, child] : children_) child.signal(SIGCONT);
      continue;
    }
    ++signals_seen_;
    for (auto& [job, child] : children_) child.signal(signals_seen_ == 1 ? SIGINT : SIGKILL);
  }
}

std::filesystem::path find_weir_run() {
  const char* named = std::getenv("WEIR_RUN");
  const std::filesystem::path program =
      named != nullptr && *named != '\0'
          ? std::filesystem::path(named)
          : std::filesystem::read_symlink("/proc/self/exe").parent_path() / "weir-run";
  if (access(program.c_str(), X_OK) != 0)
    throw CommandError(plugin_failed,
                       fmt::format("cannot find weir-run at {}: build it (`tools/weir`), or name it by "
                                   "the environment variable WEIR_RUN",
                                   program.string()));
  return program;
}

}  // namespace weir::tools
