// tools/check/apart.cpp -- a check in a child process.
//
// The child starts no program, unlike all others: it is a fork of a process that has loaded LibTorch and nothing of the plugin, so
// that LibTorch's start, 0.7 s, is paid once and not by each of a dozen checks. It is heard, ended and described as the others are.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include <weir/os/child.hpp>

#include <system/temporary_folder.hpp>

#include "verdict.hpp"

namespace weir::conformance {
namespace {

using os::Clock;

constexpr const char* alive = "the process lives to the end of the check";

// What the child tells: lines of JSON, {"trying": text} before each trial and its verdict at the end.
struct Told {
  std::string trying;
  std::string verdict;  // "" if there was none
  bool timed_out = false;
  os::Ending ending;
};

void tell(const os::Descriptor& parent, const nlohmann::json& line) {
  os::write_all(parent, line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
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
[[noreturn]] void work_and_exit(const Work& work, const os::Descriptor& parent,
                                const std::filesystem::path& folder) {
  become_quiet(folder);
  const Trying trying = [&](const std::string& text) { tell(parent, {{"trying", text}}); };
  tell(parent, to_json(judged(work, trying)));
  std::exit(0);
}

// Until the child closes its end, or tells nothing for so long.
Told listen(os::Child child, double seconds) {
  Told told;
  const auto patience = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  while (!child.silent() && !told.timed_out) {
    told.timed_out = !child.hear(Clock::now() + patience);
    if (told.timed_out) child.kill();
    for (const std::string& text : child.take_lines()) {
      const nlohmann::json line = nlohmann::json::parse(text, nullptr, false);
      if (line.is_discarded()) continue;
      if (line.contains("trying"))
        told.trying = line["trying"];
      else
        told.verdict = line.dump();
    }
  }
  told.ending = child.wait();
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
  if (told.ending.signal > 0)
    return failed(alive,
                  fmt::format("a crash: {}{}{}", told.ending.words(),
                              told.verdict.empty() ? during : " at the end of the program", words),
                  "--in-process repeats it in a debugger");
  if (told.verdict.empty())
    return failed(alive, fmt::format("it exited with code {}{}{}", told.ending.code, during, words),
                  "a plugin never ends the process: throw instead");
  if (!told.ending.good())
    return failed(alive, fmt::format("{} at the end of the program{}", told.ending.words(), words),
                  "correct what runs at exit: destructors of static variables");
  return verdict_of(nlohmann::json::parse(told.verdict));
}

}  // namespace

Verdict judged_apart(const Work& work, double seconds) {
  const auto start = Clock::now();
  const tools::TemporaryFolder scratch;
  os::Pipe pipe = os::make_pipe();
  std::fflush(nullptr);  // what is buffered would be written twice
  const pid_t child = os::fork_child(SIGKILL);
  if (child == 0) {
    pipe.read.close();
    work_and_exit(work, pipe.write, scratch.path());
  }
  pipe.write.close();
  const Told told = listen(os::Child(child, std::move(pipe.read)), seconds);
  Verdict verdict = ended(told, seconds, last_words(scratch.path()));
  verdict.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return verdict;
}

}  // namespace weir::conformance
