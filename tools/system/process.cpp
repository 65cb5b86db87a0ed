// tools/system/process.cpp -- a child process whose stdout is read line by line.
#include "process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "exit.hpp"

namespace weir::tools {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));  // execve's signature
  out.push_back(nullptr);
  return out;
}

std::array<int, 2> pipe_ends() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  return ends;
}

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment, int out,
                         int err, int report, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);  // the parent died before the line above took effect
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execve(program, arguments, environment);
  const int cause = errno;
  [[maybe_unused]] const auto written = write(report, &cause, sizeof cause);
  _exit(127);
}

// Appends what can be read; closes the descriptor at the end of the stream.
void drain(int& descriptor, std::string& into) {
  std::array<char, 65536> block;
  const ssize_t count = read(descriptor, block.data(), block.size());
  if (count > 0) into.append(block.data(), static_cast<std::size_t>(count));
  if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) close(std::exchange(descriptor, -1));
}

}  // namespace

Process::Process(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment) {
  std::vector<std::string> all = {program.string()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const std::vector<char*> argv = pointers(all), envp = pointers(environment);
  const auto out = pipe_ends(), err = pipe_ends(), report = pipe_ends();
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) become(program.c_str(), argv.data(), envp.data(), out[1], err[1], report[1], parent);
  const int fork_cause = errno;
  for (int end : {out[1], err[1], report[1]}) close(end);
  out_ = out[0];
  err_ = err[0];
  int cause = pid_ < 0 ? fork_cause : 0;
  if (pid_ > 0 && read(report[0], &cause, sizeof cause) != sizeof cause) cause = 0;
  close(report[0]);
  if (cause != 0) {
    if (pid_ > 0) wait();
    close(std::exchange(out_, -1));
    close(std::exchange(err_, -1));
    throw CommandError(plugin_failed,
                       fmt::format("cannot start {}: {}", program.string(), std::strerror(cause)));
  }
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      out_(std::exchange(other.out_, -1)),
      err_(std::exchange(other.err_, -1)),
      partial_(std::move(other.partial_)),
      errors_(std::move(other.errors_)) {}

Process::~Process() {
  if (pid_ > 0) {
    signal(SIGKILL);
    wait();
  }
  if (out_ >= 0) close(out_);
  if (err_ >= 0) close(err_);
}

std::vector<std::string> Process::read_lines() {
  drain(out_, partial_);
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end; (end = partial_.find('\n', begin)) != std::string::npos; begin = end + 1)
    lines.push_back(partial_.substr(begin, end - begin));
  partial_.erase(0, begin);
  return lines;
}

void Process::read_errors() {
  constexpr std::size_t kept = 4096;
  drain(err_, errors_);
  if (errors_.size() > kept) errors_.erase(0, errors_.size() - kept);
}

void Process::signal(int number) const {
  if (pid_ > 0) kill(pid_, number);
}

int Process::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace weir::tools
