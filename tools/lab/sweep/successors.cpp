// tools/lab/sweep/successors.cpp -- who waits, and what is handed over.
#include "successors.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace weir::tools {
namespace {

// The number of a process, 0 if the text is none.
pid_t number_of(const std::string& text) {
  pid_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

bool is_child(pid_t process) {
  siginfo_t info{};
  return process > 0 && ::waitid(P_PID, static_cast<id_t>(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

}  // namespace

Successors::Successors() {
  int set = 0;
  ::prctl(PR_GET_CHILD_SUBREAPER, &set);
  were_ours_ = set != 0;
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

Successors::~Successors() {
  for (Waiting& waiting : waiting_) end(waiting);
  if (!were_ours_) ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

// It has nothing to lose, and would not notice that the channel is closed if someone has stopped it.
void Successors::end(Waiting& waiting) {
  ::kill(waiting.process, SIGKILL);
  while (::waitpid(waiting.process, nullptr, 0) < 0 && errno == EINTR) continue;
}

void Successors::keep(os::Channel channel) {
  const std::optional<os::Message> left = channel.open() ? channel.take() : std::nullopt;
  const pid_t process = left ? number_of(left->text) : 0;
  if (is_child(process)) waiting_.push_back({process, std::move(channel)});
}

std::optional<Successors::Begun> Successors::begin(const std::vector<std::string>& arguments,
                                                   std::size_t output_kept) {
  std::string words;
  for (const std::string& argument : arguments) words += argument + '\0';
  while (!waiting_.empty()) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    os::Pipe out = os::make_pipe(), err = os::make_pipe(), events = os::make_pipe();
    if (next.channel.send(words, {out.write.number(), err.write.number(), events.write.number()}))
      return Begun{os::Child(next.process, {std::move(out.read), std::move(err.read), std::move(events.read)},
                             output_kept),
                   std::move(next.channel)};
    end(next);  // someone has killed it
  }
  return std::nullopt;
}

// What plugins start and leave behind is our child as well when its parent has gone.
void Successors::bury_others(const std::vector<pid_t>& runs) {
  siginfo_t dead{};
  while (::waitid(P_ALL, 0, &dead, WEXITED | WNOHANG | WNOWAIT) == 0 && dead.si_pid != 0 &&
         std::ranges::find(runs, dead.si_pid) == runs.end()) {
    std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.process == dead.si_pid; });
    ::waitpid(dead.si_pid, nullptr, WNOHANG);
    dead = {};
  }
}

}  // namespace weir::tools
