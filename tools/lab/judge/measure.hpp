// tools/lab/judge/measure.hpp -- the reported numbers of a record.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>

#include <lab/judge/run_table.hpp>
#include <lab/judge/statistic.hpp>

namespace weir::tools {

// What is read from each record: the pipeline's `report:`, and what `expect:` and `compare:` name beyond it (reduced by
// "mean").
std::vector<Reported> to_measure(const Graph& graph);

// Each number that the record holds; what it lacks is left out. Throws RecordError if the record cannot be
// read.
std::map<std::string, Measured> measure(const std::filesystem::path& record,
                                        const std::vector<Reported>& what);

// Every number that a node recorded, and the mean of every vector over rows or bins; not what a model is made of.
std::map<std::string, Measured> recorded(const std::filesystem::path& record);

// The reported traces with one number per step. Curve::run is left 0.
std::map<std::string, Curve> curves(const std::filesystem::path& record, const std::vector<Reported>& what);

}  // namespace weir::tools
