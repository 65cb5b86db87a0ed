// tools/lab/compare/side_by_side.hpp -- two records, or two sweeps: what differs between their pipelines, and between their numbers.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <lab/judge/difference.hpp>
#include <lab/judge/statistic.hpp>
#include "standing.hpp"

namespace weir::tools {

struct SideBySide {
  struct Parameter {
    std::string path;     // "train.steps"
    nlohmann::json a, b;  // null where there is none
    bool hash = false;    // of files that a parameter names and whose contents differ, "data.file (sha256)"
  };
  struct Pairing {
    std::size_t pairs = 0;
    std::vector<std::string> seeds{};  // common to both, "seed = 0"; none: paired in their order
    std::size_t left_out_a = 0, left_out_b = 0;
  };
  struct Number {
    std::string label;  // of the case, "sigma = 0"; "" without axes
    std::string what;   // "recall.share"
    Statistic a, b;
    Difference difference;  // b - a
    Pairing
        pairing;  // the runs that all three are of: with the same seeds, or of sweeps that share none in their order
  };
  std::vector<Parameter> parameters;
  std::vector<Number> numbers;              // of the cases and numbers that both have
  std::vector<std::string> only_a, only_b;  // of the others
};

SideBySide side_by_side(const Standing& a, const Standing& b);
std::string text(const SideBySide& both, const Standing& a, const Standing& b);
nlohmann::json to_json(const SideBySide& both);

}  // namespace weir::tools
