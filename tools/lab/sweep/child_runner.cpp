// tools/lab/sweep/child_runner.cpp -- carries out jobs as weir-run processes.
#include "child_runner.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdlib>

#include <system/exit.hpp>
#include "event.hpp"

namespace weir::tools {
namespace {

constexpr std::size_t words_kept = 4096;   // of what it wrote to standard error
constexpr std::size_t output_kept = 4096;  // of what its plugins printed

// What is ignored stays so: nohup and scripts have their reasons. (A signalfd would get it all the same.)
sigset_t taken_over() {
  sigset_t set;
  sigemptyset(&set);
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGTSTP}) {
    struct sigaction now {};
    if (sigaction(number, nullptr, &now) == 0 && now.sa_handler != SIG_IGN) sigaddset(&set, number);
  }
  return set;
}

}  // namespace

ChildRunner::ChildRunner(std::filesystem::path program, std::vector<std::string> environment,
                         std::function<std::vector<std::string>(std::size_t)> arguments, bool succeeding)
    : program_(std::move(program)), environment_(std::move(environment)), arguments_(std::move(arguments)) {
  if (succeeding) successors_.emplace();
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
  os::Command command{.program = program_,
                      .arguments = arguments_(job),
                      .environment = environment_,
                      .events = true,
                      .output_kept = output_kept};
  if (!successors_) {
    children_.emplace(job, Successors::Begun{os::Child(command), {}});
    return;
  }
  if (auto begun = successors_->begin(command.arguments, output_kept)) {
    children_.emplace(job, std::move(*begun));
    return;
  }
  auto [ours, theirs] = os::Channel::make();
  command.channel = theirs.number();
  children_.emplace(job, Successors::Begun{os::Child(command), std::move(ours)});
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
  for (const auto& [job, running] : children_)
    for (const int heard : running.child.descriptors()) watched.push_back({heard, POLLIN, 0});
  poll(watched.data(), watched.size(), 100);
  if (watched[0].revents != 0) on_signal();
  for (auto child = children_.begin(); child != children_.end();) {
    auto& [job, running] = *child;
    os::Child& process = running.child;
    process.hear(os::Clock::now());
    const std::optional<os::Ending> ending = process.ended();  // and the last that it told
    read(job, process);
    if (!ending) {
      ++child;
      continue;
    }
    News end;
    end.job = job;
    end.ended = true;
    end.exit = ending->shell_code();
    end.stderr_tail = process.errors();
    if (end.stderr_tail.size() > words_kept) end.stderr_tail.erase(0, end.stderr_tail.size() - words_kept);
    end.output = process.output();
    end.output_bytes = process.output_bytes();
    news_.push_back(std::move(end));
    if (successors_) successors_->keep(std::move(running.channel));
    child = children_.erase(child);
  }
  if (!successors_) return;
  std::vector<pid_t> runs;
  for (const auto& [job, running] : children_) runs.push_back(running.child.process());
  successors_->bury_others(runs);
}

void ChildRunner::read(std::size_t job, os::Child& child) {
  for (const std::string& line : child.take_events()) {
    std::optional<nlohmann::json> event = event_of(line);
    if (!event) continue;  // no word of weir-run's
    News news;
    news.job = job;
    news.event = std::move(*event);
    news_.push_back(std::move(news));
  }
}

void ChildRunner::on_signal() {
  signalfd_siginfo info{};
  while (::read(signals_, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGTSTP) {
      for (auto& [job, running] : children_) running.child.signal(SIGSTOP);
      raise(SIGSTOP);
      for (auto& [job, running] : children_) running.child.signal(SIGCONT);
      continue;
    }
    // A terminal that closes may say so twice, by the shell and by the system: that is no second wish.
    if (info.ssi_signo == SIGHUP && signals_seen_ > 0) continue;
    ++signals_seen_;
    for (auto& [job, running] : children_)
      signals_seen_ == 1 ? running.child.signal(SIGINT) : running.child.kill();
  }
}

os::Command asking_weir_run(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--events", std::to_string(os::Child::events)});
  return {.program = find_weir_run(), .arguments = std::move(arguments), .events = true, .output_kept = 0};
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
