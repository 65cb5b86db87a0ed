// tools/check/apart.cpp -- a check in a child process.
//
// The child is a fork of a process that has loaded LibTorch and nothing of the plugin: LibTorch's start, 0.7 s, is paid once.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include <system/temporary_folder.hpp>

#include "verdict.hpp"

namespace weir::conformance {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* alive = "the process lives to the end of the check";

// What the child tells: lines of JSON, {"trying": text} before each trial and its verdict at the end.
struct Told {
  std::string trying;
  std::string verdict;  // "" if there was none
  bool timed_out = false;
  int status = 0;  // of waitpid
};

void tell(int descriptor, const nlohmann::json& line) {
  const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t n = write(descriptor, text.data() + at, text.size() - at);
    if (n < 0 && errno != EINTR) return;
    at += n > 0 ? static_cast<std::size_t>(n) : 0;
  }
}

void become_quiet(const std::filesystem::path& folder) {
  const auto redirect = [](const std::string& file, int flags, int descriptor) {
    const int opened = open(file.c_str(), flags | O_CLOEXEC, 0600);
    dup2(opened, descriptor);
    close(opened);
  };
  redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  redirect((folder / "stdout").string(), O_CREAT | O_WRONLY, STDOUT_FILENO);
  redirect((folder / "stderr").string(), O_CREAT | O_WRONLY, STDERR_FILENO);
  setenv("TMPDIR", folder.c_str(), 1);  // goes away with the folder, however the child ends
  std::filesystem::current_path(folder);
}

// In the child. Ends by exit, not _exit: what a plugin does when the program ends is part of the check.
[[noreturn]] void work_and_exit(const Work& work, int descriptor, const std::filesystem::path& folder) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  become_quiet(folder);
  const Trying trying = [&](const std::string& text) { tell(descriptor, {{"trying", text}}); };
  tell(descriptor, to_json(judged(work, trying)));
  std::exit(0);
}

// Reads until the child closes its end, or tells nothing for so long.
Told listen(int descriptor, pid_t child, double seconds) {
  Told told;
  std::string text;
  const auto from_now = [&] { return Clock::now() + std::chrono::duration<double>(seconds); };
  auto end = from_now();
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd waiting = {descriptor, POLLIN, 0};
    if (left <= 0) {
      told.timed_out = true;
      kill(child, SIGKILL);
      break;
    }
    if (poll(&waiting, 1, static_cast<int>(left)) <= 0) continue;
    std::array<char, 4096> block;
    const ssize_t n = read(descriptor, block.data(), block.size());
    if (n == 0 || (n < 0 && errno != EINTR)) break;
    if (n <= 0) continue;
    text.append(block.data(), static_cast<std::size_t>(n));
    end = from_now();
  }
  while (waitpid(child, &told.status, 0) < 0 && errno == EINTR) continue;
  for (std::size_t at = 0, next; (next = text.find('\n', at)) != std::string::npos; at = next + 1) {
    const nlohmann::json line = nlohmann::json::parse(text.substr(at, next - at), nullptr, false);
    if (line.is_discarded()) continue;
    if (line.contains("trying"))
      told.trying = line["trying"];
    else
      told.verdict = line.dump();
  }
  return told;
}

// The last line that the child wrote to standard error, which tells of uncaught exceptions and of sanitizers.
std::string last_words(const std::filesystem::path& folder) {
  std::ifstream in(folder / "stderr");
  std::string last;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) last = line;
  return last.empty() ? "" : fmt::format(" (its last words: {})", last.substr(0, 300));
}

Verdict ended(const Told& told, double seconds, const std::string& words) {
  const std::string during = told.trying.empty() ? "" : fmt::format(" while trying: {}", told.trying);
  const auto failed = [](const std::string& expected, const std::string& found, const std::string& remedy) {
    return Verdict{Verdict::Status::failed, "", expected, found, remedy, 0};
  };
  if (told.timed_out)
    return failed(fmt::format("a trial ends within {:g} s", seconds), "it hangs" + during,
                  "see where it stands with --in-process in a debugger, or allow more with --timeout");
  if (WIFSIGNALED(told.status))
    return failed(alive,
                  fmt::format("a crash: {}{}{}", strsignal(WTERMSIG(told.status)),
                              told.verdict.empty() ? during : " at the end of the program", words),
                  "--in-process repeats it in a debugger");
  if (told.verdict.empty())
    return failed(alive, fmt::format("it exited with code {}{}{}", WEXITSTATUS(told.status), during, words),
                  "a plugin never ends the process: throw instead");
  if (WEXITSTATUS(told.status) != 0)
    return failed(alive,
                  fmt::format("exit code {} at the end of the program{}", WEXITSTATUS(told.status), words),
                  "correct what runs at exit: destructors of static variables");
  return verdict_of(nlohmann::json::parse(told.verdict));
}

}  // namespace

Verdict judged_apart(const Work& work, double seconds) {
  const auto start = Clock::now();
  const tools::TemporaryFolder scratch;
  std::array<int, 2> ends{};
  std::fflush(nullptr);  // what is buffered would be written twice
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot start a process");
  if (child == 0) {
    close(ends[0]);
    work_and_exit(work, ends[1], scratch.path());
  }
  close(ends[1]);
  const Told told = listen(ends[0], child, seconds);
  close(ends[0]);
  Verdict verdict = ended(told, seconds, last_words(scratch.path()));
  verdict.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return verdict;
}

}  // namespace weir::conformance
