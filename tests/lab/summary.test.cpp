// tests/lab/summary.test.cpp -- the text at the end of a run.
#include <catch2/catch.hpp>
#include <cmath>

#include <lab/judge/summary.hpp>

using namespace weir;
using namespace weir::tools;

TEST_CASE("A single run shows each number with its reduction, and its error where it has one") {
  RunResult result;
  result.values = {{"recall.share", {0.953, 0.012, 512.0}}, {"train.loss", {0.25, {}, {}}}};
  CHECK(text(single_table(
            result, {{"recall.share", "mean", {}}, {"train.loss", "last", {}}, {"gone.x", "last", {}}})) ==
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
  CHECK(text(sweep_table({low, high}, {{"recall.share", "mean", {}}})) ==
        "sigma        recall.share\n"
        "    0  0.950 +- 0.012 (5)\n"
        "  0.5                   -\n"
        "mean +- standard deviation over the runs of a case (how many)\n");
}

TEST_CASE("A summary as JSON has its table's texts, verdicts in parts, and null for what JSON cannot say") {
  Graph graph;
  graph.report = {{"recall.share", "mean", {}}, {"area.total", "mean", {}}};
  Expectation expected;
  expected.that = "area.total", expected.relation = "at_most", expected.value = 3;
  graph.expect = {expected};
  SweepAxis sigma, seed;
  sigma.name = "sigma", seed.name = "seed", seed.seeds = true;
  graph.sweep = {sigma, seed};
  std::vector<RunResult> results(2);
  for (const int i : {0, 1}) {
    results[i].status = "finished";
    results[i].axes = {{"sigma", 0.5}, {"seed", i}};
    results[i].values = {{"recall.share", {0.5 + 0.25 * i, {}, {}}}, {"area.total", {INFINITY, {}, {}}}};
    results[i].recorded = {{"flow.nfe", {7, {}, {}}}};
  }
  const auto json = nlohmann::json::parse(summarise(results, graph).json(-1));
  const auto& only = json["cases"][0];
  CHECK(only["label"] == "sigma = 0.5");
  CHECK(only["axes"] == nlohmann::json({{"sigma", 0.5}}));
  CHECK(only["values"]["recall.share"]["mean"] == 0.625);
  CHECK(only["values"]["recall.share"]["text"] == "0.62 +- 0.18 (2)");
  CHECK(only["values"]["area.total"]["mean"].is_null());
  CHECK(only["values"]["area.total"]["text"] == "inf +- nan (2)");
  CHECK(only["recorded"]["flow.nfe"]["mean"] == 7);
  CHECK(json["table"]["rows"][0] == nlohmann::json({"0.5", "0.62 +- 0.18 (2)", "inf +- nan (2)"}));
  CHECK(json["expect"][0]["rule"] == "area.total at most 3");
  CHECK(json["expect"][0]["where"] == "sigma = 0.5");
  CHECK(json["expect"][0]["met"] == false);
  CHECK(json["expect"][0]["text"] == "area.total at most 3 (sigma = 0.5): inf, NOT MET");
  CHECK(json["expect"][0]["level"].is_null());
  CHECK(json["error_rate"] == nlohmann::json({{"joint", 0.0}, {"text", ""}}));
}

TEST_CASE("The error rate of a file is divided over the verdicts without a level of their own, and said") {
  RunResult result;
  result.status = "finished";
  result.values = {{"a.total", {1.0, 0.1, 64.0}}, {"b.total", {2.0, 0.1, 64.0}}};
  Graph graph;
  Expectation chance;
  chance.that = "a.total", chance.relation = "equals", chance.value = 1.2, chance.within_chance = true;
  ExpectedOrder order;
  order.less = "a.total", order.than = "b.total";
  graph.expect = {chance, chance, chance};
  graph.compare = {order};
  const Summary divided = summarise(result, graph);
  for (const Verdict& v : divided.expect) CHECK(v.level == 0.0025);
  CHECK(divided.compare[0].level == 0.0025);
  CHECK_THAT(divided.text(), Catch::EndsWith("\n\njoint error rate 1 %: 0.25 % for each of 4 verdicts\n\n"));

  Graph alone;
  alone.expect = {chance};
  CHECK(summarise(result, alone).error_rate.text() == "joint error rate 1 %: of 1 verdict");

  graph.error_rate = 0.05;
  graph.expect[0].within_chance = false;
  graph.expect[0].within_se = 3;
  graph.expect[1].relation = "at_least";  // chance has no part in it
  graph.expect[1].within_chance = false;
  const auto json = nlohmann::json::parse(summarise(result, graph).json(-1));
  CHECK(json["expect"][0]["level"].get<double>() == Approx(0.0027).epsilon(1e-3));
  CHECK(json["expect"][1]["level"].is_null());
  CHECK(json["expect"][2]["level"] == 0.025);
  CHECK(json["compare"][0]["p"].get<double>() < 1e-6);
  CHECK(json["error_rate"]["joint"].get<double>() == Approx(0.0527).epsilon(1e-3));
  CHECK(
      json["error_rate"]["text"] ==
      "joint error rate 5.3 %: 2.5 % for each of 2 verdicts, and what within_se and p_below allow 1 verdict");

  graph.expect = {graph.expect[0]};
  graph.compare = {};
  CHECK(summarise(result, graph).error_rate.text() ==
        "joint error rate 0.27 %: what within_se and p_below allow 1 verdict");
}

TEST_CASE("One run of a sweep has numbers, and is not judged") {
  Graph graph;
  graph.report = {{"recall.share", "mean", {}}};
  Expectation expected;
  expected.that = "recall.share", expected.relation = "at_most", expected.value = 0;
  graph.expect = {expected};
  RunResult result;
  result.status = "finished";
  result.values = {{"recall.share", {0.5, {}, {}}}};
  CHECK_FALSE(summarise(result, graph).met());
  graph.sweep.emplace_back().name = "sigma";
  CHECK(summarise(result, graph).expect.empty());
  CHECK(summarise(result, graph).table.rows.size() == 1);
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
