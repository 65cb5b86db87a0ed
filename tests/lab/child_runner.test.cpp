// tests/lab/child_runner.test.cpp -- child processes: their lines, their ends, and signals on their way to
// them.
#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <map>

#include "lab/sweep/child_runner.hpp"
#include "system/exit.hpp"

using namespace weir::tools;

namespace {

ChildRunner shell(std::map<std::size_t, std::string> scripts) {
  return {"/bin/sh", {"PATH=/usr/bin:/bin", "SEEN=yes"}, [scripts = std::move(scripts)](std::size_t job) {
            return std::vector<std::string>{"-c", scripts.at(job)};
          }};
}

// News until the job's end; fails the test instead of waiting for ever.
std::vector<News> until_end(ChildRunner& runner) {
  std::vector<News> all;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (all.empty() || !all.back().ended) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    if (auto news = runner.next()) all.push_back(*news);
  }
  return all;
}

}  // namespace

TEST_CASE("A child's lines arrive in order, whole, before its end") {
  ChildRunner runner = shell(
      {{4,
        R"((printf '{"event":"a"}\n{"event"'; sleep 0.2; printf ':"%s"}\n' "$SEEN") >&3; echo oops >&2; exit 3)"}});
  runner.start(4);
  const auto news = until_end(runner);
  REQUIRE(news.size() == 3);
  CHECK(news[0].job == 4);
  CHECK(news[0].event["event"] == "a");
  CHECK(news[1].event["event"] == "yes");
  CHECK(news[2].exit == 3);
  CHECK(news[2].stderr_tail == "oops\n");
}

TEST_CASE("What plugins print is kept to its beginning and is never an event, whatever it looks like") {
  ChildRunner runner =
      shell({{0, R"(echo '{"event":"end"}'; head -c 100000 /dev/zero; echo 'no event' >&3)"}});
  runner.start(0);
  const auto news = until_end(runner);
  REQUIRE(news.size() == 1);
  CHECK(news[0].output.size() == 4096);
  CHECK(news[0].output.starts_with("{\"event\":\"end\"}\n"));
  CHECK(news[0].output_bytes == 100'016);
}

TEST_CASE("A job has ended when its process has, though something that it started lives on") {
  ChildRunner runner = shell({{0, "sleep 30 & exit 4"}});
  runner.start(0);
  CHECK(until_end(runner).back().exit == 4);
}

TEST_CASE("A signal that is ignored, as nohup and scripts have it, stops nothing") {
  for (const int number : {SIGHUP, SIGINT}) {
    const auto before = signal(number, SIG_IGN);
    ChildRunner runner = shell({{0, "sleep 0.3; exit 0"}});
    runner.start(0);
    raise(number);
    CHECK(until_end(runner).back().exit == 0);
    CHECK_FALSE(runner.stopping());
    signal(number, before);
  }
}

TEST_CASE("A child that is killed by a signal says so in its exit") {
  ChildRunner runner = shell({{0, "kill -9 $$"}});
  runner.start(0);
  CHECK(until_end(runner).back().exit == 128 + SIGKILL);
}

TEST_CASE("The first signal asks the child to stop, which may end it as it likes") {
  ChildRunner runner = shell(
      {{0,
        R"(trap 'echo "{\"event\":\"end\"}" >&3; exit 75' INT; echo '{"event":"up"}' >&3; while :; do sleep 0.05; done)"}});
  runner.start(0);
  std::optional<News> up;
  while (!up) up = runner.next();
  CHECK_FALSE(runner.stopping());
  raise(SIGINT);
  const auto news = until_end(runner);
  CHECK(runner.stopping());
  CHECK(news.front().event["event"] == "end");
  CHECK(news.back().exit == interrupted);
}

TEST_CASE("The second signal kills a child that does not stop") {
  ChildRunner runner =
      shell({{0, R"(trap '' INT TERM; echo '{"event":"up"}' >&3; while :; do sleep 0.05; done)"}});
  runner.start(0);
  std::optional<News> up;
  while (!up) up = runner.next();
  raise(SIGTERM);
  runner.next();
  raise(SIGTERM);
  CHECK(until_end(runner).back().exit == 128 + SIGKILL);
}

TEST_CASE("A program that cannot be started is named with the reason") {
  ChildRunner runner("/nowhere/weir-run", {}, [](std::size_t) { return std::vector<std::string>{}; });
  CHECK_THROWS_WITH(runner.start(0), "cannot start /nowhere/weir-run: No such file or directory");
}
