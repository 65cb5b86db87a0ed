// tools/lab/sampling/classes.hpp -- the classes of a training's labels: how many, and their names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>

#include <lab/records/recorded_run.hpp>

namespace weir::tools {

struct Classes {
  std::int64_t count = 0;          // 0 where nothing says it
  std::vector<std::string> names;  // of all, or empty
};

// `told` is how many there are, where the record does not say it.
Classes classes_of(const Graph& graph, const RecordedRun& record, const GraphNode& trainer,
                   std::optional<std::int64_t> told);

// The number of a class that is given by it, or by its name. Errors: CommandError(invalid) with the classes that there are.
std::int64_t label_of(const RecordedRun& record, const Classes& classes, const std::string& given);

}  // namespace weir::tools
