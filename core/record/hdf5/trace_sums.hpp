// core/record/hdf5/trace_sums.hpp -- the rows of a trace against their checksums.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <weir/record/data/committed.hpp>
#include <weir/record/hdf5/hdf5.hpp>

namespace weir::record {

inline constexpr std::int64_t block_rows = 256;  // rows of value under one checksum

// Checksums of a trace's first rows as they lie in the file.
struct TraceSums {
  std::vector<std::int64_t> blocks;  // of value: each whole block, and what is left, if anything is
  Committed end;
};
TraceSums sums_of(const hdf5::File& file, const std::string& trace, std::int64_t rows);

// What of the first `committed.rows` rows of a trace is not as it was written, one sentence each: rows that
// are missing, whole blocks that are not those of value_crc, the rows after them and the steps that are not
// those of `committed`.
std::vector<std::string> damage_of(const hdf5::File& file, const std::string& trace,
                                   const Committed& committed);

// The least length of a trace's value and step.
std::int64_t rows_of_trace(const hdf5::File& file, const std::string& trace);

}  // namespace weir::record
