// tools/lab/judge/run_table.hpp -- the table of a sweep: one row per run, the same numbers in table.csv, index.h5
// and on screen.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>
#include <weir/record/data/array.hpp>

#include <text/table.hpp>
#include "statistic.hpp"

namespace weir::tools {

// A column, all texts or all numbers.
struct Column {
  std::string name;
  bool numeric = false;
  std::vector<std::string> texts;  // "" where a run has none
  std::vector<double> numbers;     // NaN where a run has none
  std::vector<bool> present;
};

// run, file, status, seed, every axis (a seed axis called "seed" is that column already), every reported
// number with <what>_se and <what>_n where any run has them.
std::vector<Column> run_table(const std::vector<RunResult>& results, const std::vector<Reported>& report,
                              const std::vector<SweepAxis>& sweep);

// The whole of table.csv (RFC 4180): numbers in the fewest digits that read back the same, absent cells
// empty.
std::string csv(const std::vector<Column>& columns);

// A trace of one number per step, in one run.
struct Curve {
  std::size_t run = 0;  // row of the table
  std::vector<std::int64_t> step;
  std::vector<double> value;
};

// The numbers of index.h5:  table/<column> float64[runs], or uint8[runs, width] filled with zero bytes for
// texts; curves/<trace>/{run int64, step int64, value float64}, in long form. `curves`: trace -> its curves.
Arrays index_arrays(const std::vector<Column>& columns,
                    const std::map<std::string, std::vector<Curve>>& curves);

// The columns' names, one a line: their order, as the text /columns of index.h5.
std::string column_names(const std::vector<Column>& columns);

}  // namespace weir::tools
