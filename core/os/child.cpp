// core/os/child.cpp -- fork, exec, pipes and waitpid.
#include <weir/os/child.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

namespace weir::os {
namespace {

constexpr std::size_t errors_kept = 64 * 1024;

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));  // execve's signature
  out.push_back(nullptr);
  return out;
}

// In the child, between fork and exec: only calls that are safe there. Reports why it could not.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment, int out,
                         int err, int report) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::close_range(3, std::numeric_limits<unsigned>::max(), CLOSE_RANGE_CLOEXEC);
  ::execve(program, arguments, environment);
  const int cause = errno;
  [[maybe_unused]] const auto written = ::write(report, &cause, sizeof cause);
  ::_exit(127);
}

// Appends what can be read; closes the descriptor at the end of the stream.
void drain(Descriptor& from, std::string& into) {
  std::array<char, 65536> block;
  const ssize_t count = ::read(from.number(), block.data(), block.size());
  if (count > 0) into.append(block.data(), static_cast<std::size_t>(count));
  if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) from.close();
}

}  // namespace

std::string Ending::words() const {
  return signal > 0 ? ::strsignal(signal) : fmt::format("exit code {}", code);
}

pid_t fork_child(int death) {
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "cannot start a process");
  if (child > 0) {
    ::setpgid(child, child);  // here and there: whoever comes first
    return child;
  }
  ::prctl(PR_SET_PDEATHSIG, death);
  if (::getppid() != parent) ::_exit(127);  // the parent died before the line above took effect
  ::setpgid(0, 0);
  return 0;
}

Child::Child(const Command& command) {
  std::vector<std::string> all = {command.program.string()};
  all.insert(all.end(), command.arguments.begin(), command.arguments.end());
  const std::vector<char*> arguments = pointers(all);
  std::vector<char*> environment;
  if (command.environment) environment = pointers(*command.environment);
  Pipe out = make_pipe(), err = make_pipe(), report = make_pipe();
  pid_ = fork_child(SIGTERM);
  if (pid_ == 0)
    become(command.program.c_str(), arguments.data(), command.environment ? environment.data() : ::environ,
           out.write.number(), err.write.number(), report.write.number());
  for (Pipe* pipe : {&out, &err, &report}) pipe->write.close();
  int cause = 0;
  ssize_t told = 0;
  while ((told = ::read(report.read.number(), &cause, sizeof cause)) < 0 && errno == EINTR) continue;
  if (told == sizeof cause) {
    wait();
    throw std::system_error(cause, std::generic_category(), "cannot start " + command.program.string());
  }
  out_ = std::move(out.read);
  err_ = std::move(err.read);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)),
      output_(std::move(other.output_)),
      errors_(std::move(other.errors_)) {}

Child::~Child() {
  if (pid_ < 0) return;
  kill();
  wait();
}

bool Child::hear(Clock::time_point until) {
  std::array<pollfd, 2> watched = {pollfd{out(), POLLIN, 0}, pollfd{err(), POLLIN, 0}};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    const int ready =
        ::poll(watched.data(), watched.size(), static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)));
    if (ready > 0) break;
    if (ready == 0 && left <= 60'000) return false;
  }
  if (watched[0].revents != 0) drain(out_, output_);
  if (watched[1].revents != 0) drain(err_, errors_);
  if (errors_.size() > errors_kept) errors_.erase(0, errors_.size() - errors_kept);
  return true;
}

std::vector<std::string> Child::take_lines() {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end; (end = output_.find('\n', begin)) != std::string::npos; begin = end + 1)
    lines.push_back(output_.substr(begin, end - begin));
  output_.erase(0, begin);
  return lines;
}

void Child::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

void Child::kill() const {
  if (pid_ > 0) ::kill(-pid_, SIGKILL);
}

Ending Child::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
  return WIFSIGNALED(status) ? Ending{0, WTERMSIG(status)} : Ending{WEXITSTATUS(status), 0};
}

ChildOutput run_child(const Command& command, double seconds) try {
  Child child(command);
  ChildOutput result;
  const auto end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  while (!child.silent() && !result.timed_out) {
    result.timed_out = !child.hear(end);
    if (result.timed_out) child.kill();
  }
  result.ending = child.wait();
  result.output = child.output();
  result.errors = child.errors();
  result.end = result.timed_out ? fmt::format("no answer within {} s", seconds) : result.ending.words();
  return result;
} catch (const std::system_error& error) {
  return {Ending{127, 0}, false, "", error.what(), "exit code 127"};
}

}  // namespace weir::os
