// tools/lab/compare/standing.hpp -- what stands in a record, or in a sweep's folder: its pipeline and its numbers.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <lab/judge/statistic.hpp>

namespace weir::tools {

// What stands in a record or in a sweep's folder, finished runs alone.
struct Standing {
  struct Run {
    RunResult
        result;  // `values`: what is reported and every other recorded number; axes without those that count seeds
    std::string seeds;  // the others, "seed = 3"
  };
  std::filesystem::path path;
  nlohmann::json pipeline;  // with every default filled in
  std::vector<Run> runs;
};

// Throws CommandError(invalid) if it is neither, RecordError if it cannot be read.
Standing standing(const std::filesystem::path& path);

}  // namespace weir::tools
