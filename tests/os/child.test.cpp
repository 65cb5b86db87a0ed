// tests/os/child.test.cpp -- children: what they inherit, what is heard of them, and how they end.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <string>
#include <thread>

#include <weir/os/child.hpp>

using namespace std::chrono_literals;
using weir::os::Child;
using weir::os::Clock;
using weir::os::Command;
using weir::os::run_child;

namespace {

Command shell(const std::string& script) { return {"/bin/sh", {"-c", script}}; }

bool lives(pid_t process) { return ::kill(process, 0) == 0; }

// Whether the process goes within five seconds. A zombie that nobody reaps has gone.
bool goes(pid_t process) {
  for (int i = 0; i < 500 && lives(process); ++i) {
    std::string name, state;
    std::ifstream("/proc/" + std::to_string(process) + "/stat") >> name >> name >> state;
    if (state == "Z") return true;
    std::this_thread::sleep_for(10ms);
  }
  return !lives(process);
}

}  // namespace

TEST_CASE("Output, errors and exit code are told apart") {
  const auto said = run_child(shell("echo out; echo err >&2; exit 3"), 20);
  CHECK(said.output == "out\n");
  CHECK(said.errors == "err\n");
  CHECK(said.ending.code == 3);
  CHECK(said.end == "exit code 3");
  CHECK_FALSE(said.good());
  CHECK(run_child({"/bin/true"}, 20).good());
}

TEST_CASE("Much output on both streams is taken whole, and of the errors the end") {
  const auto said =
      run_child(shell("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; echo end >&2"), 20);
  CHECK(said.output.size() == 300'000);
  CHECK(said.errors.size() == 65'536);
  CHECK(said.errors.ends_with("end\n"));
}

TEST_CASE("A child that a signal kills is described by the signal") {
  const auto said = run_child(shell("kill -SEGV $$"), 20);
  CHECK(said.ending.signal == SIGSEGV);
  CHECK(said.ending.shell_code() == 139);
  CHECK(said.end == "Segmentation fault");
}

TEST_CASE("A program that cannot be started says why, as an exception or as a shell does") {
  CHECK_THROWS_WITH(Child({"/nowhere/at-all"}), "cannot start /nowhere/at-all: No such file or directory");
  CHECK_THROWS_WITH(Child({"/etc/passwd"}), "cannot start /etc/passwd: Permission denied");
  const auto said = run_child({"/nowhere/at-all"}, 5);
  CHECK(said.end == "exit code 127");
  CHECK(said.errors == "cannot start /nowhere/at-all: No such file or directory");
}

TEST_CASE("A child that takes too long is killed, and what it has started too") {
  const auto start = Clock::now();
  const auto slow = run_child(shell("echo begun; sleep 30 & echo $!; wait"), 0.3);
  CHECK(Clock::now() - start < 5s);
  CHECK(slow.timed_out);
  CHECK(slow.end == "no answer within 0.3 s");
  CHECK(slow.ending.signal == SIGKILL);
  REQUIRE(slow.output.starts_with("begun\n"));
  CHECK(goes(std::stoi(slow.output.substr(6))));
}

TEST_CASE("A child inherits standard streams and nothing else, however it was opened") {
  const int open_on_exec = ::open("/dev/null", O_RDONLY);  // as std::ifstream and HDF5 open files
  const Child other({"/bin/sleep", {"30"}});
  const auto said = run_child(shell("ls /proc/self/fd; readlink /proc/self/fd/0"), 20);
  ::close(open_on_exec);
  // 3 is the folder that ls reads.
  CHECK(said.output == "0\n1\n2\n3\n/dev/null\n");
}

TEST_CASE("A child has nothing to read") { CHECK(run_child({"/bin/cat"}, 20).output.empty()); }

TEST_CASE("The environment is ours, or the one given") {
  ::setenv("WEIR_TEST_CHILD", "ours", 1);
  CHECK(run_child(shell("echo $WEIR_TEST_CHILD"), 20).output == "ours\n");
  const std::string longer(1000, 'b');  // than what a std::string holds within itself
  CHECK(run_child({"/usr/bin/env", {}, std::vector<std::string>{"A=b", "B=" + longer}}, 20).output ==
        "A=b\nB=" + longer + "\n");
  CHECK(run_child({"/usr/bin/env", {}, std::vector<std::string>{}}, 20).output.empty());
  ::unsetenv("WEIR_TEST_CHILD");
}

TEST_CASE("A child has its own process group, no blocked signals, and gets a signal that is meant for it") {
  sigset_t set, before;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  ::sigprocmask(SIG_BLOCK, &set, &before);
  Child child(shell("trap 'echo caught; exit 7' INT; echo up; while :; do sleep 0.02; done"));
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  while (child.take_lines().empty()) REQUIRE(child.hear(Clock::now() + 10s));
  child.signal(SIGINT);
  while (!child.silent()) REQUIRE(child.hear(Clock::now() + 10s));
  CHECK(child.output() == "caught\n");
  CHECK(child.wait().code == 7);

  const std::string group = run_child(shell("cut -d' ' -f5 /proc/self/stat; echo $$"), 20).output;
  CHECK(group.substr(0, group.size() / 2) == group.substr(group.size() / 2));
}

TEST_CASE("Lines are taken when they are complete, while the child runs") {
  Child child(shell("printf 'one\\ntw'; sleep 0.1; printf 'o\\nrest'"));
  std::vector<std::string> lines;
  while (!child.silent()) {
    REQUIRE(child.hear(Clock::now() + 10s));
    for (const std::string& line : child.take_lines()) lines.push_back(line);
  }
  CHECK(lines == std::vector<std::string>{"one", "two"});
  CHECK(child.output() == "rest");
  CHECK(child.wait().good());
}

TEST_CASE("Hearing nothing returns at its time") {
  Child child({"/bin/sleep", {"30"}});
  const auto start = Clock::now();
  CHECK_FALSE(child.hear(start + 200ms));
  CHECK(Clock::now() - start >= 200ms);
  CHECK(Clock::now() - start < 5s);
}

TEST_CASE("A child that is let go is killed and reaped") {
  pid_t process = 0;
  {
    Child child(shell("echo $$; sleep 30"));
    std::vector<std::string> lines;
    while ((lines = child.take_lines()).empty()) REQUIRE(child.hear(Clock::now() + 10s));
    process = std::stoi(lines[0]);
    const Child moved = std::move(child);
    CHECK(lives(process));
  }
  CHECK_FALSE(lives(process));
}

TEST_CASE("A child does not outlive its parent") {
  weir::os::Pipe pipe = weir::os::make_pipe();
  const pid_t parent = ::fork();
  REQUIRE(parent >= 0);
  if (parent == 0) {
    Child child(shell("echo $$; sleep 30"));
    std::vector<std::string> lines;
    while ((lines = child.take_lines()).empty()) child.hear(Clock::now() + 10s);
    write_all(pipe.write, lines[0] + "\n");
    ::_exit(0);  // without a word to the child
  }
  char text[32] = {};
  REQUIRE(::read(pipe.read.number(), text, sizeof text - 1) > 0);
  ::waitpid(parent, nullptr, 0);
  CHECK(goes(std::stoi(text)));
}

TEST_CASE("A copy of this process is heard and ended as a program is") {
  weir::os::Pipe pipe = weir::os::make_pipe();
  const pid_t process = weir::os::fork_child(SIGKILL);
  if (process == 0) {
    write_all(pipe.write, "here\n");
    ::raise(SIGKILL);
  }
  pipe.write.close();
  Child child(process, std::move(pipe.read));
  while (!child.silent()) REQUIRE(child.hear(Clock::now() + 10s));
  CHECK(child.take_lines() == std::vector<std::string>{"here"});
  CHECK(child.wait().words() == "Killed");
}

TEST_CASE("Events have a descriptor of their own, beside output of which the beginning is kept") {
  Command command = shell("echo '{1}' >&3; head -c 300000 /dev/zero; printf '{2}\\n{3' >&3; echo printed");
  command.events = true;
  command.output_kept = 10;
  Child child(command);
  std::optional<weir::os::Ending> end;
  std::vector<std::string> lines;
  const auto deadline = Clock::now() + 20s;
  while (!end) {
    REQUIRE(Clock::now() < deadline);
    child.hear(Clock::now() + 50ms);
    end = child.ended();
    for (const std::string& line : child.take_events()) lines.push_back(line);
  }
  CHECK(end->good());
  CHECK(lines == std::vector<std::string>{"{1}", "{2}"});
  CHECK(child.output() == std::string(10, '\0'));
  CHECK(child.output_bytes() == 300'008);
}

TEST_CASE("Without events nothing is open beyond the standard streams") {
  CHECK_FALSE(run_child(shell("echo lost >&3"), 20).good());
  Command command = shell("echo {} >&3");
  command.events = true;
  CHECK(run_child(command, 20).events == std::vector<std::string>{"{}"});
}

TEST_CASE("A child has ended when its process has, whoever keeps its streams open") {
  Child child(shell("echo young; sleep 30 & exec sleep 0.1"));
  std::optional<weir::os::Ending> end;
  const auto begun = Clock::now();
  while (!end && Clock::now() < begun + 20s) {
    child.hear(Clock::now() + 50ms);
    end = child.ended();
  }
  REQUIRE(end);
  CHECK(end->good());
  CHECK(child.output() == "young\n");
  CHECK_FALSE(child.ended());
}

TEST_CASE("A child that has closed its streams and lives on has not ended") {
  Child child(shell("exec >&- 2>&-; exec sleep 30"));
  while (!child.silent()) REQUIRE(child.hear(Clock::now() + 10s));
  CHECK_FALSE(child.ended());
}

TEST_CASE(
    "A child can be asked to stop though SIGINT is ignored here, as it is for a script's background job") {
  const auto before = ::signal(SIGINT, SIG_IGN);
  Child child(shell("echo up; exec sleep 30"));
  ::signal(SIGINT, before);
  while (child.take_lines().empty()) REQUIRE(child.hear(Clock::now() + 10s));
  child.signal(SIGINT);
  CHECK(child.wait().signal == SIGINT);
}
