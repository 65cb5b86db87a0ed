// core/record/hdf5/committed_table.hpp -- /committed: what of every dataset is in the file for certain.
//
// int64 [2, datasets + 1, 3], in place at every commit: two slots that are written in turn, each with the row
// (rows, value_crc, step_crc) of every dataset of /schema, and a last row (number of the commit, crc32c of
// the slot without that checksum, 0). The valid slot with the larger number counts: a kill or a reader in the
// midst of one finds the other whole.
#pragma once

#include <optional>
#include <vector>

#include <weir/record/data/committed.hpp>
#include <weir/record/hdf5/hdf5.hpp>

namespace weir::record {

class CommittedTable {
 public:
  static void create(const hdf5::File& file, std::size_t datasets);
  // By index into /schema's datasets; nothing if no slot is whole. Errors: RecordError.
  static std::optional<std::vector<Committed>> read(const hdf5::File& file);
  // Whether the older slot is whole as well, of a file that nobody writes.
  static bool both_whole(const hdf5::File& file);

  // Errors: RecordError if the file has no table.
  explicit CommittedTable(const hdf5::File& file);
  void write(const std::vector<Committed>& committed);  // and flushes it
  void abandon() { dataset_.abandon(); }                // touches the file no more
  void close() { dataset_.reset(); }

 private:
  const hdf5::File& file_;
  hdf5::Handle dataset_;
  std::int64_t commits_ = 0;
};

}  // namespace weir::record
