// tools/run/successor.cpp -- what must hold before a fork, the fork, and the wait for words.
#include "successor.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <tuple>

#include <weir/executor/loader.hpp>
#include <weir/os/channel.hpp>
#include <weir/os/child.hpp>

namespace {

namespace fs = std::filesystem;
using weir::os::Channel;
using weir::os::Child;
using Words = std::vector<std::string>;

// Of a file, what changes when it is replaced or written.
using Version = std::tuple<dev_t, ino_t, off_t, time_t, long>;

Version version_of(const std::string& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return {};
  return {found.st_dev, found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

// The program and the libraries that this process is made of, as they were when they were loaded.
std::map<std::string, Version>& loaded() {
  static std::map<std::string, Version> versions;
  return versions;
}

bool still_the_same() {
  return std::ranges::all_of(loaded(),
                             [](const auto& known) { return version_of(known.first) == known.second; });
}

// Those of the graph's plugins; none if it cannot be read, which the run tells.
std::set<std::string> libraries_of(const fs::path& file) try {
  std::ifstream text(file, std::ios::binary);
  const nlohmann::json graph = nlohmann::json::parse(text);
  std::set<std::string> libraries;
  for (const nlohmann::json& node : graph.at("nodes")) libraries.insert(node.at("library"));
  return libraries;
} catch (const std::exception&) {
  return {};
}

// What is wrong with one is found again by the run, and told by it.
bool open(const std::set<std::string>& libraries) try {
  for (const std::string& library : libraries) weir::describe(library);
  return !libraries.empty();
} catch (const std::exception&) {
  return false;
}

void note_loaded(const std::string& program) {
  for (const std::string& file : weir::loaded_files("")) loaded().emplace(file, version_of(file));
  loaded().emplace(program, version_of(program));
}

// A fork has the one thread that calls it, and none of those that plugins may count on.
bool has_one_thread() {
  std::error_code error;
  const fs::directory_iterator tasks("/proc/self/task", error);
  return !error && std::distance(begin(tasks), end(tasks)) == 1;
}

// -1 where there can be no more processes: `weir` tries again.
pid_t fork_or_not() try { return weir::os::fork_child(0); } catch (const std::system_error&) {
  return -1;
}

[[noreturn]] void start_anew(const Words& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words)
    pointers.push_back(const_cast<char*>(word.c_str()));  // execv's signature
  pointers.push_back(nullptr);
  ::execv(pointers.front(), pointers.data());
  std::perror(("cannot start " + words.front()).c_str());
  ::_exit(127);
}

// The streams of the run that forked this process are none of its own.
void let_go_of_streams() {
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO, Child::events}) ::dup2(nothing, stream);
  ::close(nothing);
}

// In the successor.
Words wait_for_words(int number, const std::string& program, pid_t weir) {
  let_go_of_streams();
  // A copy: the number is for its own successor.
  const Channel channel{weir::os::Descriptor(::fcntl(number, F_DUPFD_CLOEXEC, Child::channel + 1))};
  const std::optional<weir::os::Message> job = channel.wait();
  if (!job || job->descriptors.size() != 3) ::_exit(0);  // the sweep is over, or its `weir` is
  // As those that `weir` starts, which has taken this one on when the run that forked it ended.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != weir) ::_exit(0);
  int stream = STDOUT_FILENO;
  for (const weir::os::Descriptor& given : job->descriptors) ::dup2(given.number(), stream++);
  Words words{program};
  std::istringstream text(job->text);
  for (std::string word; std::getline(text, word, '\0');) words.push_back(word);
  return words;
}

}  // namespace

std::optional<Words> leave_successor(const Words& words, const RunArguments& arguments, int number) {
  static const pid_t weir = ::getppid();
  static std::set<std::string> opened;
  static bool good = false;
  const std::set<std::string> needed = libraries_of(arguments.graph);
  if (loaded().empty()) {
    good = open(needed);
    opened = needed;
    note_loaded(words.front());
  } else if (needed != opened || !still_the_same()) {
    start_anew(words);
  }
  std::fflush(nullptr);  // what plugins have printed as they were opened is this run's
  const pid_t successor = good && has_one_thread() ? fork_or_not() : -1;
  if (successor == 0) return wait_for_words(number, words.front(), weir);
  const Channel channel{weir::os::Descriptor(number)};
  if (successor > 0) channel.send(std::to_string(successor));
  return std::nullopt;
}
