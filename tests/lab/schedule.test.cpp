// tests/lab/schedule.test.cpp -- which job starts when, with a runner that only pretends.
#include <catch2/catch.hpp>
#include <deque>
#include <functional>
#include <system_error>

#include "lab/sweep/schedule.hpp"

using namespace weir::tools;
using Catch::Contains;
using Catch::StartsWith;
using Json = nlohmann::json;

namespace {

Job job(const std::string& run, std::map<std::string, std::string> share = {}) {
  Job out;
  out.run = run;
  out.share = std::move(share);
  return out;
}

// Each started job is asked, in turn, for its next piece of news until it has none.
class FakeRunner : public Runner {
 public:
  std::map<std::size_t, std::deque<News>> script;
  std::vector<std::string> log;  // "start 0", "end 0"
  std::size_t most = 0;
  std::function<bool()> stop = [] { return false; };

  void start(std::size_t j) override {
    log.push_back("start " + std::to_string(j));
    running_.push_back(j);
    most = std::max(most, running_.size());
  }
  std::optional<News> next() override {
    const std::size_t j = running_.front();
    running_.pop_front();
    News news = script[j].front();
    script[j].pop_front();
    news.job = j;
    if (news.ended)
      log.push_back("end " + std::to_string(j));
    else
      running_.push_back(j);
    return news;
  }
  bool stopping() const override { return stop(); }

 private:
  std::deque<std::size_t> running_;
};

News event(Json json) {
  News news;
  news.event = std::move(json);
  return news;
}

News started(const std::string& node) { return event({{"event", "started"}, {"node", node}}); }
News finished(const std::string& node) { return event({{"event", "finished"}, {"node", node}}); }

News end(int exit, const std::string& words = "") {
  News news;
  news.ended = true;
  news.exit = exit;
  news.stderr_tail = words;
  return news;
}

std::deque<News> fine_run() {
  return {event({{"event", "started"}, {"node", "train"}}),
          event({{"event", "finished"}, {"node", "train"}, {"seconds", 1}}),
          event({{"event", "end"}, {"status", "finished"}, {"bytes", 10}}), end(0)};
}

std::vector<Outcome> run(const std::vector<Job>& jobs, std::size_t at_once, FakeRunner& runner,
                         std::set<std::string> available = {}) {
  Progress silent;
  return run_all(jobs, at_once, std::move(available), runner, silent);
}

}  // namespace

TEST_CASE("No more than --jobs children run at once, and all of them run") {
  FakeRunner runner;
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < 5; ++i) {
    jobs.push_back(job(std::to_string(i)));
    runner.script[i] = fine_run();
  }
  const auto outcomes = run(jobs, 2, runner);
  CHECK(runner.most == 2);
  for (const Outcome& outcome : outcomes) {
    CHECK(outcome.status == "finished");
    CHECK(outcome.exit == fine);
    CHECK(outcome.bytes == 10);
  }
}

TEST_CASE("A run waits while another computes a result that it needs, and a later one goes first") {
  const std::vector<Job> jobs = {job("a", {{"train", "K1"}}), job("b", {{"train", "K1"}}),
                                 job("c", {{"train", "K2"}})};
  Schedule schedule(jobs, 3, {});
  CHECK(schedule.take() == 0);
  CHECK(schedule.take() == 2);  // 1 needs K1
  CHECK(schedule.take() == Schedule::none);
  schedule.node_finished(0, "train");
  CHECK(schedule.take() == 1);  // 0 is still at work, but K1 is there
}

TEST_CASE("Results that already lie in the shared folder hold nobody back") {
  const std::vector<Job> jobs = {job("a", {{"train", "K1"}}), job("b", {{"train", "K1"}})};
  Schedule schedule(jobs, 2, {"K1"});
  CHECK(schedule.take() == 0);
  CHECK(schedule.take() == 1);
}

TEST_CASE("When the run that computes a shared result fails, the next one computes it") {
  const std::vector<Job> jobs = {job("a", {{"train", "K1"}}), job("b", {{"train", "K1"}}),
                                 job("c", {{"train", "K1"}})};
  Schedule schedule(jobs, 3, {});
  CHECK(schedule.take() == 0);
  CHECK(schedule.take() == Schedule::none);
  schedule.job_ended(0);
  CHECK(schedule.take() == 1);
  CHECK(schedule.take() == Schedule::none);  // 2 now waits for 1
}

TEST_CASE("A failed run does not stop the others, and says why it failed") {
  FakeRunner runner;
  runner.script[0] = {event({{"event", "failed"}, {"node", "train"}, {"message", "loss is nan"}}),
                      event({{"event", "end"}, {"status", "failed"}, {"message", ""}}), end(3)};
  runner.script[1] = fine_run();
  const auto outcomes = run({job("a"), job("b")}, 1, runner);
  CHECK(outcomes[0].status == "failed");
  CHECK(outcomes[0].message == "node 'train': loss is nan");
  CHECK(outcomes[0].exit == plugin_failed);
  CHECK(outcomes[1].status == "finished");
}

TEST_CASE(
    "A child that dies without a word is a failed run with its signal, who was at work, and last words") {
  FakeRunner runner;
  runner.script[0] = {started("base"), finished("base"), started("train"),
                      end(128 + 11, "terminate\033 called")};
  runner.script[1] = {end(0)};
  runner.script[2] = {started("a"), started("b"), started("c"), event({{"event", "stopped"}, {"node", "b"}}),
                      end(128 + 9)};
  runner.script[3] = {started("train"), end(77)};
  const auto outcomes = run({job("a"), job("b"), job("c"), job("d")}, 1, runner);
  for (const Outcome& outcome : outcomes) {
    CHECK(outcome.status == "failed");
    CHECK(outcome.exit == plugin_failed);
  }
  CHECK_THAT(
      outcomes[0].message,
      StartsWith("the run crashed in node 'train': Segmentation fault (signal 11); `weir plugin check` ") &&
          Contains("\nterminate\\x1b called"));
  CHECK_THAT(outcomes[1].message,
             StartsWith("the run ended between two nodes with exit code 0 and without a word"));
  CHECK_THAT(outcomes[2].message,
             StartsWith("the run was killed in one of the nodes 'a', 'c', as the system does "
                        "when memory runs out; give it less to do at once"));
  CHECK_THAT(outcomes[3].message, StartsWith("the run ended in node 'train' with exit code 77"));
}

TEST_CASE("What a child told of its end stands, and every exit is one of the table") {
  const auto told = [](const std::string& status, Json exit, int ended) {
    FakeRunner runner;
    Json last = {{"event", "end"}, {"status", status}, {"message", "so it ended"}};
    if (!exit.is_null()) last["exit"] = exit;
    runner.script[0] = {event(last), end(ended)};
    return run({job("a")}, 1, runner)[0];
  };
  CHECK(told("failed", 4, 139).exit == io_failed);
  CHECK(told("failed", 4, 139).message == "so it ended");
  CHECK(told("failed", 2, 2).exit == invalid);
  CHECK(told("failed", nullptr, 77).exit == plugin_failed);
  CHECK(told("failed", 77, 77).exit == plugin_failed);
  CHECK(told("failed", nullptr, 0).exit == plugin_failed);
  CHECK(told("interrupted", 75, 75).exit == interrupted);
  CHECK(told("finished", 0, 139).exit == fine);
  CHECK(told("finished", 0, 139).status == "finished");
}

TEST_CASE("A run that cannot be started is a failed one, and the others go on") {
  class Full final : public FakeRunner {
   public:
    void start(std::size_t j) override {
      if (j == 0) throw std::system_error(EAGAIN, std::generic_category(), "cannot start a process");
      FakeRunner::start(j);
    }
  };
  Full runner;
  runner.script[1] = fine_run();
  const auto outcomes = run({job("a"), job("b")}, 1, runner);
  CHECK(outcomes[0].status == "failed");
  CHECK_THAT(outcomes[0].message, StartsWith("cannot start a process: "));
  CHECK(outcomes[0].exit == plugin_failed);
  CHECK(outcomes[1].status == "finished");
}

TEST_CASE("What was printed is a warning of the run") {
  FakeRunner runner;
  runner.script[0] = fine_run();
  runner.script[0].back().output = "moo\n\033[31mmoo\n";
  runner.script[0].back().output_bytes = 13;
  runner.script[1] = fine_run();
  runner.script[1].back().output = std::string(4096, 'x');
  runner.script[1].back().output_bytes = 100'000'000;
  const auto outcomes = run({job("a"), job("b")}, 1, runner);
  CHECK(outcomes[0].status == "finished");
  CHECK(outcomes[0].warnings ==
        std::vector<std::string>{"a plugin printed 13 bytes, which are in no record: moo\\n\\x1b[31mmoo"});
  REQUIRE(outcomes[1].warnings.size() == 1);
  CHECK_THAT(outcomes[1].warnings[0],
             StartsWith("a plugin printed 100000000 bytes, which are in no record; they begin: xxx"));
  CHECK(outcomes[1].warnings[0].size() < 1200);
}

TEST_CASE("After a request to stop no job starts, and those not started are not run") {
  FakeRunner runner;
  runner.script[0] = {event({{"event", "end"}, {"status", "interrupted"}, {"message", "stopped"}}), end(75)};
  runner.stop = [&] { return !runner.log.empty(); };
  const auto outcomes = run({job("a"), job("b")}, 1, runner);
  CHECK(runner.log == std::vector<std::string>{"start 0", "end 0"});
  CHECK(outcomes[0].status == "interrupted");
  CHECK(outcomes[1].status == "not run");
  CHECK(outcomes[1].exit == interrupted);
}

TEST_CASE("A child that the user's signal ends before it listens was interrupted, not killed") {
  FakeRunner runner;
  runner.script[0] = {end(128 + 2)};
  runner.stop = [&] { return !runner.log.empty(); };
  const auto outcomes = run({job("a")}, 1, runner);
  CHECK(outcomes[0].status == "interrupted");
  CHECK(outcomes[0].message == "stopped before it began; the same command starts it");
  CHECK(outcomes[0].exit == interrupted);
  FakeRunner unasked;
  unasked.script[0] = {end(128 + 2)};
  CHECK_THAT(run({job("a")}, 1, unasked)[0].message,
             StartsWith("the run crashed between two nodes: Interrupt"));
  FakeRunner impatient;
  impatient.script[0] = {end(128 + 9)};
  impatient.stop = [&] { return !impatient.log.empty(); };
  const auto killed = run({job("a")}, 1, impatient);
  CHECK(killed[0].status == "interrupted");
  CHECK(killed[0].message == "killed by a second signal; the same command goes on from its last checkpoint");
  CHECK(killed[0].exit == interrupted);
}

TEST_CASE("Faults found by weir-run make an invalid run") {
  FakeRunner runner;
  runner.script[0] = {
      event({{"event", "invalid"}, {"text", "x.yaml:1:1: error[W301]: no"}, {"faults", Json::array()}}),
      end(2)};
  const auto outcomes = run({job("")}, 1, runner);
  CHECK(outcomes[0].status == "invalid");
  CHECK(outcomes[0].exit == invalid);
  CHECK(outcomes[0].message == "x.yaml:1:1: error[W301]: no");
}
