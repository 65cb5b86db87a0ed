// core/record/write/trace_writer.hpp -- rows of one trace on their way to the file, and their checksums.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <weir/record/data/committed.hpp>
#include <weir/record/data/run_spec.hpp>
#include <weir/record/hdf5/crc32c.hpp>
#include <weir/record/hdf5/hdf5.hpp>

namespace weir::record {

// Used by the writer thread alone. Rows are gathered and written together; what lands in the file depends on
// the rows only, never on when they were written.
class TraceWriter {
 public:
  // Opens a declared trace and shortens it to the rows that are kept, which are there (damage_of).
  TraceWriter(const hdf5::File& file, const DatasetSpec& spec, const Committed& kept);

  void append(std::int64_t step, const Array& row);
  void write();    // rows gathered so far
  void close();    // checksum of the last partial block
  void flush();    // brings the rows to the file, before anything says that they are there
  void abandon();  // touches the file no more
  Committed end() const { return {rows_, block_.value(), steps_.value()}; }  // of what is written

 private:
  void write_checksums(const std::vector<std::int64_t>& sums);

  const hdf5::File& file_;
  std::string path_;
  DType dtype_;
  std::vector<std::int64_t> row_shape_;
  std::size_t row_bytes_;
  hdf5::Handle value_, step_, crc_;
  std::int64_t rows_ = 0;
  std::int64_t sums_ = 0;  // checksums in the file
  Crc32c block_, steps_;   // of the block that is not yet whole, and of all steps
  std::vector<std::byte> pending_;
  std::vector<std::int64_t> pending_steps_;
};

}  // namespace weir::record
