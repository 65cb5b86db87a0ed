// tests/cli/progress.test.cpp -- the words and the bar of progress.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <memory>

#include <weir/text/utf8.hpp>

#include "cli/display/progress_bar.hpp"

using namespace weir::tools;
using weir::utf8::width;
using Json = nlohmann::json;

namespace {

// Stands in for the terminal.
class File {
 public:
  std::FILE* get() const { return file_.get(); }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_{std::tmpfile()};
};

}  // namespace

TEST_CASE("The pace is steps per second, and what is left follows from it") {
  Pace pace;
  CHECK(pace.left(100) < 0);
  for (int second = 0; second <= 10; ++second) pace.at(second, 50 * second);
  CHECK(pace.per_second() == Approx(50).epsilon(1e-12));
  CHECK(pace.left(1000) == Approx(10).epsilon(1e-12));  // 500 of 1000 steps are done
}

TEST_CASE("The pace follows a change within a few seconds") {
  Pace pace;
  for (int second = 0; second <= 10; ++second) pace.at(second, 50 * second);
  for (int second = 11; second <= 25; ++second) pace.at(second, 500 + 10 * (second - 10));
  CHECK(pace.per_second() == Approx(10).margin(40 * std::exp(-5.0) * 1.01));  // memory of 3 s, 15 s later
}

TEST_CASE("A bar is as full as the share, within its brackets") {
  CHECK(bar(0, 6) == "[    ]");
  CHECK(bar(0.5, 6) == "[==> ]");
  CHECK(bar(1, 6) == "[====]");
  CHECK(bar(7, 6) == "[====]");
  CHECK(bar(0.5, 2).empty());
}

TEST_CASE("The line of a single run names node, steps and values, and fits the terminal") {
  const File screen;
  ProgressBar progress({""}, 0, screen.get());
  progress.started(0);
  progress.event(0, {{"event", "started"}, {"node", "train"}});
  progress.event(0, {{"event", "progress"},
                     {"node", "train"},
                     {"step", 120},
                     {"total", 8000},
                     {"values", {{"loss", 0.3125}}}});
  const std::string line = progress.line(100);
  CHECK(line.starts_with("train  [>"));
  CHECK(line.find("step 120/8000  loss 0.3125") != std::string::npos);
  for (std::size_t columns : {10, 40, 80, 200}) CHECK(width(progress.line(columns)) <= columns);
}

TEST_CASE("The line of a sweep counts runs, with those kept from before") {
  const File screen;
  ProgressBar progress({"seed=1", "seed=2"}, 3, screen.get());
  progress.started(0);
  progress.event(
      0,
      {{"event", "progress"}, {"node", "train"}, {"step", 50}, {"total", 100}, {"values", Json::object()}});
  CHECK(progress.line(100).starts_with("runs 3/5  ["));
  CHECK(progress.line(100).find("seed=1 train 50%") != std::string::npos);
  Outcome outcome;
  outcome.exit = 0;
  progress.ended(0, outcome);
  CHECK(progress.line(100).starts_with("runs 4/5"));
  for (std::size_t columns : {10, 40, 80, 200}) CHECK(width(progress.line(columns)) <= columns);
}
