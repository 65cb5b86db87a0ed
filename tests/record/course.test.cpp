// tests/record/course.test.cpp -- the course of a trace, thinned and drawn.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>

#include <weir/record/arrays_file.hpp>
#include <weir/record/course.hpp>
#include <weir/record/info.hpp>
#include "dummy_run.hpp"

using Catch::Matchers::Contains;
using weir::DType;
using weir::sparkline;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

std::vector<double> course_of(const std::vector<double>& values, std::int64_t most = 24) {
  const dummy::Folder folder;
  const auto rows = static_cast<std::int64_t>(values.size());
  weir::write_arrays(folder / "a.h5", {{"a", dummy::array<double>(DType::float64, {rows}, values)}});
  const weir::Reader reader(folder / "a.h5");
  return weir::course(reader, "/a", rows, most);
}

}  // namespace

TEST_CASE("A sparkline has eight levels between the least and the largest number, and gaps", "[record]") {
  CHECK(sparkline({0, 1, 2, 3, 4, 5, 6, 7}, true) == "▁▂▃▄▅▆▇█");
  CHECK(sparkline({7, 6, 5, 4, 3, 2, 1, 0}, false) == "#%*+=-._");
  CHECK(sparkline({0, missing, 1, infinite, -infinite, 0.5}, false) ==
        "_ #  +"
        "");
  CHECK(sparkline({3, 3, 3}, false) == "___");
  CHECK(sparkline({missing, infinite}, true) == "  ");
  CHECK(sparkline({}, true).empty());
  const double largest = std::numeric_limits<double>::max();
  CHECK(sparkline({-largest, 0, largest}, false) == "_+#");
  const double smallest = std::numeric_limits<double>::denorm_min();
  CHECK(sparkline({0, smallest}, false).size() == 2);
}

TEST_CASE("A course is the means of equal stretches, and of long ones of their last rows", "[record]") {
  CHECK(course_of({}).empty());
  CHECK(course_of({5}) == std::vector<double>{5});
  CHECK(course_of({1, 2, 3, 4, 5, 6, 7}, 3) == std::vector<double>{1.5, 3.5, 6});
  const auto gaps = course_of({1, 3, missing, 4, infinite, 1}, 3);
  CHECK(gaps[0] == 2);
  CHECK(std::isnan(gaps[1]));
  CHECK(std::isnan(gaps[2]));
  const double largest = std::numeric_limits<double>::max();
  CHECK(course_of({largest, largest}, 1) == std::vector<double>{largest});
  std::vector<double> rows(100'003);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<double>(i);
  const auto means = course_of(rows, 2);  // of rows 49745 to 50000, and of the last 256
  CHECK(means == std::vector<double>{49872.5, 100'002 - 127.5});
}

TEST_CASE("info shows the last row of every trace, and draws those of numbers", "[record][info]") {
  const dummy::Folder folder;
  weir::RunSpec run;
  run.name = "small";
  run.resolved_json = {{"name", "small"}};
  run.nodes = {{"n", "metric/some", nlohmann::json::object()}};
  for (const auto& [name, width] :
       {std::pair<const char*, std::int64_t>{"one", 0}, {"two", 2}, {"many", 9}}) {
    weir::DatasetSpec dataset{.node = "n", .name = name, .trace = true, .dtype = DType::float32};
    if (width > 0) {
      dataset.shape = {width};
      dataset.dims = {"bin"};
    }
    run.datasets.push_back(dataset);
  }
  {
    weir::Recorder recorder(folder / "r.h5", weir::Recorder::Mode::create, run);
    for (int i = 0; i < 100; ++i) {
      const auto x = static_cast<float>(i);
      recorder.append("n.one", i, dummy::array<float>(DType::float32, {}, {i == 50 ? NAN : x}));
      recorder.append("n.two", i, dummy::array<float>(DType::float32, {2}, {x, -x}));
      recorder.append("n.many", i, dummy::array<float>(DType::float32, {9}, {1, 2, 3, 4, x, 6, 7, 8, 9}));
    }
    recorder.finish("finished");
  }
  const std::string text = weir::info(folder / "r.h5");
  CHECK_THAT(text, Contains(" last 99 at step 99  |___...---=== ++***%%%###|"));
  CHECK_THAT(text, Contains(" last 99 -99 at step 99\n"));
  CHECK_THAT(text, Contains(" last 1 to 99 at step 99\n"));
  CHECK_THAT(weir::info(folder / "r.h5", true), Contains("|▁▁▁▂▂▂▃▃▃▄▄▄ ▅▅▆▆▆▇▇▇███|"));
  const auto datasets = weir::info_json(folder / "r.h5")["nodes"][0]["datasets"];
  CHECK(datasets[0]["last_step"] == 99);
  CHECK(datasets[0]["course"].size() == 24);
  CHECK(datasets[0]["course"].dump().find("null") != std::string::npos);
  CHECK(datasets[1]["last"].dump() == "[99.0,-99.0]");
  CHECK(datasets[2]["last_range"].dump() == "[1.0,99.0]");
}
