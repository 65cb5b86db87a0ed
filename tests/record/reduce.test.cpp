// tests/record/reduce.test.cpp -- one number from a dataset, and what info says.
#include <catch2/catch.hpp>
#include <cmath>

#include <weir/record/arrays_file.hpp>
#include <weir/record/info.hpp>
#include <weir/record/reduce.hpp>
#include "dummy_run.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using weir::DType;
using weir::Recorder;

namespace {

weir::RunSpec small_spec() {
  weir::RunSpec run;
  run.name = "small";
  run.resolved_json = {{"name", "small"}};
  run.plugins = {{"metric/memorisation", "0.1.0", "libweir_metric_memorisation.so", ""}};
  run.nodes = {{"recall", "metric/memorisation", nlohmann::json::object()}};
  for (const auto* name : {"share", "share_se"})
    run.datasets.push_back({.node = "recall", .name = name, .dtype = DType::float64});
  run.datasets.push_back({.node = "recall", .name = "share_n", .dtype = DType::int64});
  run.datasets.push_back({.node = "recall",
                          .name = "params/net.0.bias",
                          .dtype = DType::float32,
                          .shape = {4},
                          .dims = {"out"}});
  run.datasets.push_back({.node = "recall",
                          .name = "loss",
                          .trace = true,
                          .dtype = DType::float64,
                          .unit = "nat",
                          .description = "mean loss"});
  run.datasets.push_back({.node = "recall", .name = "loss_se", .trace = true, .dtype = DType::float64});
  run.datasets.push_back({.node = "recall",
                          .name = "rows",
                          .trace = true,
                          .dtype = DType::float32,
                          .shape = {2},
                          .dims = {"bin"}});
  run.datasets.push_back({.node = "recall", .name = "never", .trace = true, .dtype = DType::float64});
  return run;
}

void make(const std::filesystem::path& file) {
  Recorder recorder(file, Recorder::Mode::create, small_spec());
  recorder.write("recall.share", dummy::scalar(0.75));
  recorder.write("recall.share_se", dummy::scalar(0.05));
  recorder.write("recall.share_n", dummy::array<std::int64_t>(DType::int64, {}, {128}));
  recorder.write("recall.params/net.0.bias", dummy::array<float>(DType::float32, {4}, {1, 2, 3, 6}));
  for (int i = 0; i < 4; ++i) recorder.append("recall.loss", 10 * i, dummy::scalar(8.0 / (1 << i)));
  for (int i = 0; i < 3; ++i) recorder.append("recall.loss_se", 10 * i, dummy::scalar(0.5));
  for (int i = 0; i < 2; ++i)
    recorder.append(
        "recall.rows", i,
        dummy::array<float>(DType::float32, {2},
                            {1.0f + 4 * static_cast<float>(i), 3.0f + 4 * static_cast<float>(i)}));
  recorder.finish("finished");
}

}  // namespace

TEST_CASE("every reduction is the hand-computed number", "[record][reduce]") {
  const dummy::Folder folder;
  make(folder / "run.h5");
  const weir::Reader reader(folder / "run.h5");
  const std::map<std::string, double> of_loss{{"mean", 3.75}, {"last", 1}, {"first", 8},
                                              {"min", 1},     {"max", 8},  {"sum", 15}};
  for (const auto& [reduction, wanted] : of_loss) {
    INFO(reduction);
    CHECK(weir::reduce(reader, "recall.loss", reduction) == wanted);
  }
  // 8 4 2 1: squares about 3.75 are 18.0625 0.0625 3.0625 7.5625, together 28.75, over n - 1 = 3.
  CHECK(weir::reduce(reader, "recall.loss", "sd") == Approx(std::sqrt(28.75 / 3)).epsilon(1e-14));
  CHECK(weir::reduce(reader, "recall.share", "mean") == 0.75);
  CHECK(weir::reduce(reader, "recall.rows", "last") == 6);
  CHECK(weir::reduce(reader, "recall.params/net.0.bias", "sum") == 12);
  CHECK(std::isnan(weir::reduce(reader, "recall.never", "last")));
  CHECK(std::isnan(weir::reduce(reader, "recall.never", "mean")));
  CHECK(std::isnan(weir::reduce(reader, "recall.share", "sd")));

  const weir::Estimate share = weir::estimate(reader, "recall.share", "mean");
  CHECK(share.value == 0.75);
  CHECK(share.se.value() == 0.05);
  CHECK(share.n.value() == 128);
  // The error stands at steps 0, 10 and 20, the loss at 30 as well.
  CHECK_FALSE(weir::estimate(reader, "recall.loss", "last").se.has_value());
  CHECK(weir::estimate(reader, "recall.loss", "first").se.value() == 0.5);
  CHECK_THROWS_WITH(weir::reduce(reader, "recall.shar", "mean"),
                    "the record has no dataset recall.shar (/nodes/recall/shar)");
  CHECK_THROWS_WITH(
      weir::reduce(reader, "recall", "mean"),
      Contains("recall is a group of the record, not a number; it holds: loss, loss_se, never"));
  CHECK_THROWS_WITH(
      weir::reduce(reader, "recall.loss", "median"),
      EndsWith("unknown reduction 'median' of recall.loss; valid: mean, last, first, min, max, sum, sd"));
}

TEST_CASE("info tells status, times, plugins, datasets and last values", "[record][info]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  make(file);
  const std::string text = weir::info(file);
  CHECK_THAT(text, Contains("  status    finished\n  pipeline  small\n"));
  CHECK_THAT(text, Contains("  plugins   metric/memorisation 0.1.0\n"));
  CHECK_THAT(text, Contains("  recall  (metric/memorisation)\n"));
  CHECK_THAT(text, Contains("    loss                     float64  [4]            last 1 at step 30  |#=._| "
                            " [nat]  (mean loss)\n"));
  const auto all = weir::info_json(file);
  CHECK(all["status"] == "finished");
  CHECK(all["bytes"] == std::filesystem::file_size(file));
  CHECK(all["heartbeat"]["rows"] == 9);
  CHECK(all["attempts"].size() == 1);
  CHECK(all["nodes"][0]["datasets"][4]["last"] == 1.0);

  weir::write_arrays(folder / "index.h5",
                     {{"sigma", dummy::array<double>(DType::float64, {3}, {0, 0.05, 0.5})}});
  CHECK_THAT(weir::info(folder / "index.h5"), Contains("  /sigma ") && Contains("float64  [3]\n"));
}

TEST_CASE("info says of a tensor that no node has written that it is not", "[record][info]") {
  const dummy::Folder folder;
  const auto file = folder / "run.h5";
  {
    weir::RunSpec run = small_spec();
    const std::string longer = "the_name_of_a_number_that_takes_room";
    run.datasets.push_back({.node = "recall", .name = longer, .dtype = DType::int64});
    Recorder recorder(file, Recorder::Mode::create, run);
    recorder.write("recall.share", dummy::scalar(0.75));
    recorder.append("recall.loss", 0, dummy::scalar(8));
    recorder.finish("interrupted");
  }
  const std::string text = weir::info(file);
  CHECK_THAT(text, Contains("    share                                float64  []             0.75\n"));
  CHECK_THAT(text,
             Contains("    share_se                             float64  []             not written\n"));
  CHECK_THAT(text,
             Contains("    share_n                              int64    []             not written\n"));
  CHECK_THAT(text,
             Contains("    params/net.0.bias                    float32  [4]            not written\n"));
  CHECK_THAT(text,
             Contains("    the_name_of_a_number_that_takes_room int64    []             not written\n"));
  CHECK_THAT(text, Contains("last 8 at step 0") && !Contains("nan"));
  const auto datasets = weir::info_json(file)["nodes"][0]["datasets"];
  CHECK(datasets[0]["written"] == true);
  CHECK(datasets[2]["written"] == false);
  CHECK_FALSE(datasets[2].contains("value"));
}
