// core/record/hdf5/trace_sums.cpp -- the rows of a trace against their checksums.
#include <weir/record/hdf5/trace_sums.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <weir/record/data/record_error.hpp>
#include <weir/record/hdf5/crc32c.hpp>
#include <weir/record/hdf5/pieces.hpp>

namespace weir::record {
namespace {

using hdf5::check;
using hdf5::File;
using hdf5::Handle;

// One of a trace's datasets, and its rows added to checksums.
class Rows {
 public:
  Rows(const File& file, std::string path)
      : file_(file), path_(std::move(path)), dataset_(hdf5::open_dataset(file, path_)) {
    const auto shape = hdf5::shape_of(dataset_);
    if (shape.empty()) throw RecordError(fmt::format("{}: {} has no rows", file.path.string(), path_));
    count_ = shape[0];
  }

  std::int64_t count() const { return count_; }

  void add(std::int64_t first, std::int64_t last, Crc32c& sum) const {
    hdf5::each_piece(file_, path_, dataset_, first, last,
                     [&](std::span<const std::byte> bytes) { sum.add(bytes); });
  }

 private:
  const File& file_;
  std::string path_;
  Handle dataset_;
  std::int64_t count_ = 0;
};

std::vector<std::int64_t> written_blocks(const File& file, const std::string& trace) {
  const std::string path = trace + "/value_crc";
  const Handle dataset = hdf5::open_dataset(file, path);
  const auto shape = hdf5::shape_of(dataset);
  std::vector<std::int64_t> sums(shape.size() == 1 ? static_cast<std::size_t>(shape[0]) : 0);
  if (!sums.empty())
    check(H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, sums.data()), file.path, "read",
          path);
  return sums;
}

}  // namespace

TraceSums sums_of(const File& file, const std::string& trace, std::int64_t rows) {
  TraceSums sums;
  const Rows value(file, trace + "/value"), step(file, trace + "/step");
  for (std::int64_t first = 0; first < rows; first += block_rows) {
    Crc32c block;
    value.add(first, std::min(first + block_rows, rows), block);
    sums.blocks.push_back(block.value());
  }
  Crc32c steps;
  step.add(0, rows, steps);
  sums.end = {rows, rows % block_rows == 0 ? 0 : sums.blocks.back(), steps.value()};
  return sums;
}

std::int64_t rows_of_trace(const File& file, const std::string& trace) {
  return std::min(Rows(file, trace + "/value").count(), Rows(file, trace + "/step").count());
}

std::vector<std::string> damage_of(const File& file, const std::string& trace, const Committed& committed) {
  std::vector<std::string> damage;
  const std::int64_t there = rows_of_trace(file, trace);
  const std::int64_t rows = std::min(there, committed.rows);
  if (there < committed.rows)
    damage.push_back(fmt::format("{} has {} rows; {} were committed", trace, there, committed.rows));
  const auto written = written_blocks(file, trace);
  const TraceSums found = sums_of(file, trace, rows);
  const auto whole = static_cast<std::size_t>(rows / block_rows);
  for (std::size_t block = 0; block < whole; ++block) {
    if (block < written.size() && written[block] == found.blocks[block]) continue;
    const auto first = static_cast<std::int64_t>(block) * block_rows;
    damage.push_back(
        fmt::format("{}: rows {} to {} do not match their checksum", trace, first, first + block_rows - 1));
  }
  if (rows < committed.rows) return damage;  // the sums at the end are of rows that are gone
  if (found.end.value_crc != committed.value_crc)
    damage.push_back(fmt::format("{}: rows {} to {} do not match their checksum", trace,
                                 static_cast<std::int64_t>(whole) * block_rows, rows - 1));
  if (found.end.step_crc != committed.step_crc)
    damage.push_back(fmt::format("{}: its steps do not match their checksum", trace));
  return damage;
}

}  // namespace weir::record
