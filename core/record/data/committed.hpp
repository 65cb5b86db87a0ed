// core/record/data/committed.hpp -- how much of a dataset is in the file for certain, and its checksums.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace weir {

// Checksums are crc32c, of bytes as they lie in the file (little endian).
struct Committed {
  std::int64_t rows = 0;       // of a trace; of a tensor 1 once it is written
  std::int64_t value_crc = 0;  // of a trace's rows of value after its last whole block, of a tensor's value
  std::int64_t step_crc = 0;   // of all steps of a trace; 0 for a tensor

  bool operator==(const Committed&) const = default;
};

// By trace ("train.loss"): what a run that is taken up again keeps of each.
using KeptRows = std::map<std::string, Committed>;

}  // namespace weir
