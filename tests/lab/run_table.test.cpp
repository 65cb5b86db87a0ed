// tests/lab/run_table.test.cpp -- table.csv and index.h5 hold the same table.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include <weir/record/arrays_file.hpp>
#include <weir/record/reader.hpp>

#include <lab/judge/run_table.hpp>
#include "../cli/scratch_folder.hpp"

using namespace weir;
using namespace weir::tools;

namespace {

SweepAxis axis(const std::string& name, bool seeds = false) {
  SweepAxis out;
  out.name = name;
  out.seeds = seeds;
  return out;
}

const std::vector<SweepAxis> sweep = {axis("sigma"), axis("case"), axis("seed", true)};
const std::vector<Reported> report = {{"recall.share", "mean", {}}, {"train.loss", "last", {}}};

std::vector<RunResult> results() {
  return {{"sigma=0.1,case=a,b",
           "runs/1.h5",
           "finished",
           7,
           {{"sigma", 0.1}, {"case", "a,b"}, {"seed", 7}},
           {{"recall.share", {1.0 / 3, 0.01, 64.0}}, {"train.loss", {0.25, {}, {}}}}},
          {"sigma=2,case=c", "runs/2.h5", "failed", 8, {{"sigma", 2}, {"case", "c"}, {"seed", 8}}, {}}};
}

}  // namespace

TEST_CASE("One row per run: run, file, status, seed, axes, numbers with se and n where there are any") {
  CHECK(csv(run_table(results(), report, sweep)) ==
        "run,file,status,seed,sigma,case,recall.share,recall.share_se,recall.share_n,train.loss\r\n"
        "\"sigma=0.1,case=a,b\",runs/1.h5,finished,7,0.1,\"a,b\",0.3333333333333333,0.01,64,0.25\r\n"
        "\"sigma=2,case=c\",runs/2.h5,failed,8,2,c,,,,\r\n");
}

TEST_CASE("A seed axis of another name is a column of its own") {
  auto named = sweep;
  named[2].name = "replicate";
  CHECK(csv(run_table(results(), {}, named)).starts_with("run,file,status,seed,sigma,case,replicate\r\n"));
}

TEST_CASE("A seed axis of values is that column, and a reported error is the one column of its name") {
  auto named = sweep;
  named[2].seeds = false;
  CHECK(csv(run_table(results(), {}, named)).starts_with("run,file,status,seed,sigma,case\r\n"));
  auto with_error = report;
  with_error.push_back({"recall.share_se", "mean", {}});
  CHECK(
      csv(run_table(results(), with_error, sweep))
          .starts_with(
              "run,file,status,seed,sigma,case,recall.share,recall.share_n,train.loss,recall.share_se\r\n"));
}

TEST_CASE("index.h5 holds the table as columns and the curves in long form") {
  const ScratchFolder scratch;
  const Curve first{0, {0, 10}, {1.5, 0.5}}, second{1, {0}, {2.5}};
  write_arrays(scratch.path() / "index.h5",
               index_arrays(run_table(results(), report, sweep), {{"train.loss", {first, second}}}));
  const Reader reader(scratch.path() / "index.h5");

  const Array share = reader.read("/table/recall.share");
  REQUIRE(share.shape == std::vector<std::int64_t>{2});
  CHECK(share.data<double>()[0] == 1.0 / 3);
  CHECK(std::isnan(share.data<double>()[1]));
  const Array status = reader.read("/table/status");
  REQUIRE(status.dtype == DType::uint8);
  REQUIRE(status.shape == std::vector<std::int64_t>{2, 8});
  CHECK(std::memcmp(status.data<char>(), "finishedfailed\0\0", 16) == 0);

  CHECK(reader.read("/curves/train.loss/run").data<std::int64_t>()[2] == 1);
  CHECK(reader.read("/curves/train.loss/step").data<std::int64_t>()[1] == 10);
  CHECK(reader.read("/curves/train.loss/value").data<double>()[2] == 2.5);
}
