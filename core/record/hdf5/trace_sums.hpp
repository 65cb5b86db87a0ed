// core/record/hdf5/trace_sums.hpp -- the rows of a trace against their checksums: of whole blocks in value_crc, of what follows
// them and of the steps in /committed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <weir/record/data/committed.hpp>
#include <weir/record/hdf5/hdf5.hpp>

namespace weir::record {

inline constexpr std::int64_t block_rows = 256;  // rows of value under one checksum

// What of the first `committed.rows` rows of a trace is not as it was written.
struct TraceDamage {
  std::int64_t rows = 0, committed = 0;  // that are there and were looked at, and that should be
  std::vector<std::int64_t> blocks;      // of value that cannot be read or are not those of their checksum
  bool steps = false;                    // steps likewise

  bool any() const { return rows < committed || !blocks.empty() || steps; }
};
TraceDamage damage_of(const hdf5::File& file, const std::string& trace, const Committed& committed);
std::vector<std::string> sentences(
    const TraceDamage& damage);  // "rows 256 to 511 do not match their checksum"

// Throws RecordError if a trace says that it has more rows than a file of this size can hold, each with a step of 8 bytes: HDF5 would
// shorten it chunk by chunk, for ever.
void require_possible_rows(const hdf5::File& file, const std::string& trace);

// The least length of a trace's value and step.
std::int64_t rows_of_trace(const hdf5::File& file, const std::string& trace);

}  // namespace weir::record
