// core/record/write/heartbeat.hpp -- /heartbeat: when a record was last written to, and how much of it there was.
//
// int64 [5], in place at every commit: (unix time in ns, committed rows, bytes of the file, attempt, crc32c of these four).
#pragma once

#include <cstdint>

#include <weir/record/hdf5/hdf5.hpp>

namespace weir::record {

struct Heartbeat {
  std::int64_t unix_ns = 0, rows = 0, bytes = 0, attempt = 0;

  static void create(const hdf5::File& file);
  // Errors: RecordError if it is not as it was written.
  static Heartbeat read(const hdf5::File& file);

  void write(const hdf5::File& file, hid_t dataset) const;
};

}  // namespace weir::record
