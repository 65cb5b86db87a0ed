// core/os/child.cpp -- fork, exec, pipes and waitpid.
#include <weir/os/child.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
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
constexpr std::size_t line_kept = 16 << 20;  // of events: a longer one is none

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));  // execve's signature
  out.push_back(nullptr);
  return out;
}

// The descriptors of a child that becomes a program; -1 for one that it is not given.
struct Given {
  int out, err, events, channel, report;
};

// In the child, between fork and exec: only calls that are safe there. Reports why it could not.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment, Given given) {
  // The background jobs of a script have the first ignored.
  for (int number : {SIGINT, SIGTERM}) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  // Out of the way of the numbers that they are to have.
  for (int* each : {&given.out, &given.err, &given.events, &given.channel, &given.report})
    if (*each >= 0) *each = ::fcntl(*each, F_DUPFD_CLOEXEC, Child::channel + 1);
  ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
  ::dup2(given.out, STDOUT_FILENO);
  ::dup2(given.err, STDERR_FILENO);
  if (given.events >= 0) ::dup2(given.events, Child::events);
  if (given.channel >= 0) ::dup2(given.channel, Child::channel);
  const int first_closed = given.channel >= 0  ? Child::channel + 1
                           : given.events >= 0 ? Child::events + 1
                                               : Child::events;
  ::close_range(first_closed, std::numeric_limits<unsigned>::max(), CLOSE_RANGE_CLOEXEC);
  ::execve(program, arguments, environment);
  const int cause = errno;
  [[maybe_unused]] const auto written = ::write(given.report, &cause, sizeof cause);
  ::_exit(127);
}

Ending ending_of(int status) {
  return WIFSIGNALED(status) ? Ending{0, WTERMSIG(status)} : Ending{WEXITSTATUS(status), 0};
}

Descriptor end_of(pid_t process) {
  return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));  // closed on exec
}

}  // namespace

std::string Ending::words() const {
  return signal > 0 ? ::strsignal(signal) : fmt::format("exit code {}", code);
}

void Heard::take(std::size_t most) {
  std::array<char, 65536> block;
  const ssize_t count = ::read(from.number(), block.data(), std::min(most, block.size()));
  if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) from.close();
  if (count <= 0) return;
  const auto fresh = static_cast<std::size_t>(count);
  bytes += fresh;
  if (text.size() < first) text.append(block.data(), std::min(fresh, first - text.size()));
  if (text.size() > last) text.erase(0, text.size() - last);
}

std::vector<std::string> Heard::take_lines() {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
    lines.push_back(text.substr(begin, end - begin));
  text.erase(0, begin);
  return lines;
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
  Pipe out = make_pipe(), err = make_pipe(), report = make_pipe(), news;
  if (command.events) news = make_pipe();
  pid_ = fork_child(SIGTERM);
  if (pid_ == 0)
    become(command.program.c_str(), arguments.data(), command.environment ? environment.data() : ::environ,
           {out.write.number(), err.write.number(), news.write.number(), command.channel,
            report.write.number()});
  end_ = end_of(pid_);
  for (Pipe* pipe : {&out, &err, &news, &report}) pipe->write.close();
  int cause = 0;
  ssize_t told = 0;
  while ((told = ::read(report.read.number(), &cause, sizeof cause)) < 0 && errno == EINTR) continue;
  if (told == sizeof cause) {
    wait();
    throw std::system_error(cause, std::generic_category(), "cannot start " + command.program.string());
  }
  listen({std::move(out.read), std::move(err.read), std::move(news.read)}, command.output_kept);
}

Child::Child(pid_t forked, Descriptor out)
    : pid_(forked), end_(end_of(forked)), out_{.from = std::move(out)} {}

Child::Child(pid_t adopted, Streams heard, std::size_t output_kept) : pid_(adopted), end_(end_of(adopted)) {
  listen(std::move(heard), output_kept);
}

void Child::listen(Streams heard, std::size_t output_kept) {
  out_ = {.from = std::move(heard.out), .first = output_kept};
  err_ = {.from = std::move(heard.err), .last = errors_kept};
  events_ = {.from = std::move(heard.events), .last = line_kept};
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      end_(std::move(other.end_)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)),
      events_(std::move(other.events_)) {}

Child::~Child() {
  if (pid_ < 0) return;
  kill();
  wait();
}

bool Child::hear(Clock::time_point until) {
  const std::array<Heard*, 3> all = {&out_, &err_, &events_};
  std::array<pollfd, 3> watched{};
  for (std::size_t i = 0; i < all.size(); ++i) watched[i] = {all[i]->from.number(), POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    const int ready =
        ::poll(watched.data(), watched.size(), static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)));
    if (ready > 0) break;
    if (ready == 0 && left <= 60'000) return false;
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    if (watched[i].revents != 0) all[i]->take(Command::whole);
  return true;
}

bool Child::silent() const { return !out_.from.open() && !err_.from.open() && !events_.from.open(); }

std::vector<int> Child::descriptors() const {
  std::vector<int> open;
  for (const Descriptor* each : {&out_.from, &err_.from, &events_.from, &end_})
    if (each->open()) open.push_back(each->number());
  return open;
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
  return ending_of(status);
}

std::optional<Ending> Child::ended() {
  int status = 0;
  if (pid_ < 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  pid_ = -1;
  end_.close();
  // A pipe holds a bounded rest; whoever it has left behind could write to it for ever.
  for (Heard* each : {&out_, &err_, &events_}) {
    int rest = 0;
    if (each->from.open() && ::ioctl(each->from.number(), FIONREAD, &rest) == 0)
      for (const std::uint64_t all = each->bytes + static_cast<std::uint64_t>(rest);
           each->from.open() && each->bytes < all;)
        each->take(all - each->bytes);
    each->from.close();
  }
  return ending_of(status);
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
  result.events = child.take_events();
  result.end = result.timed_out ? fmt::format("no answer within {} s", seconds) : result.ending.words();
  return result;
} catch (const std::system_error& error) {
  return {Ending{127, 0}, false, "", error.what(), {}, "exit code 127"};
}

}  // namespace weir::os
