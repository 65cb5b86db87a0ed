// tests/cli/summary.test.cpp -- the text at the end of a run.
#include <catch2/catch.hpp>

#include "cli/summary.hpp"

using namespace weir;
using namespace weir::cli;

TEST_CASE("A single run shows each number with its reduction, and its error where it has one") {
  RunResult result;
  result.values = {{"recall.share", {0.953, 0.012, 512.0}}, {"train.loss", {0.25, {}, {}}}};
  CHECK(single_table(result,
                     {{"recall.share", "mean", {}}, {"train.loss", "last", {}}, {"gone.x", "last", {}}}) ==
        "reported            value     se    n\n"
        "recall.share  mean  0.953  0.012  512\n"
        "train.loss    last   0.25\n"
        "gone.x        last      -\n");
}

TEST_CASE("A sweep shows a row per case with mean, spread and count") {
  Case low, high;
  low.axes = {{"sigma", 0}};
  low.values = {{"recall.share", {0.95, 0.0123, 5, 0.0055}}};
  high.axes = {{"sigma", 0.5}};
  CHECK(sweep_table({low, high}, {{"recall.share", "mean", {}}}) ==
        "sigma        recall.share\n"
        "    0  0.950 +- 0.012 (5)\n"
        "  0.5                   -\n"
        "mean +- standard deviation over the runs of a case (how many)\n");
}

TEST_CASE("Runs that failed in the same way are named together") {
  const std::vector<Job> jobs = {
      {"seed=1", "", {}, {}, {}}, {"seed=2", "", {}, {}, {}}, {"seed=3", "", {}, {}, {}}};
  std::vector<Outcome> outcomes(3);
  outcomes[0].status = outcomes[2].status = "failed";
  outcomes[0].message = outcomes[2].message = "loss is nan\n";
  outcomes[1].status = "finished";
  CHECK(failure_lines(jobs, outcomes) == "failed: 2 of 3 runs\n  seed=1\n  seed=3\nloss is nan\n");
}
