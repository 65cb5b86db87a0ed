// core/record/hdf5/trace_sums.cpp -- the rows of a trace against their checksums.
#include <weir/record/hdf5/trace_sums.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include <weir/record/data/record_error.hpp>
#include <weir/record/hdf5/bounds.hpp>
#include <weir/record/hdf5/crc32c.hpp>
#include <weir/record/hdf5/pieces.hpp>
#include <weir/text/shell_word.hpp>

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

  // Rows of numbers that the file really holds: chunks of a trace are not compressed.
  std::int64_t stored() const {
    const Handle type(H5Dget_type(dataset_), H5Tclose);
    return static_cast<std::int64_t>(H5Dget_storage_size(dataset_) / H5Tget_size(type));
  }

  std::int64_t count() const { return count_; }

  // Nothing if they cannot be read.
  std::optional<std::int64_t> sum(std::int64_t first, std::int64_t last) const {
    try {
      Crc32c sum;
      hdf5::each_piece(file_, path_, dataset_, first, last,
                       [&](std::span<const std::byte> bytes) { sum.add(bytes); });
      return sum.value();
    } catch (const RecordError&) {
      return std::nullopt;
    }
  }

 private:
  const File& file_;
  std::string path_;
  Handle dataset_;
  std::int64_t count_ = 0;
};

// Those of the first `most` blocks that are there.
std::vector<std::int64_t> written_blocks(const File& file, const std::string& trace, std::int64_t most) {
  const std::string path = trace + "/value_crc";
  const Handle dataset = hdf5::open_dataset(file, path);
  const auto shape = hdf5::shape_of(dataset);
  std::vector<std::int64_t> sums(shape.size() == 1 ? static_cast<std::size_t>(std::min(shape[0], most)) : 0);
  if (sums.empty()) return sums;
  const hsize_t start = 0, count = sums.size();
  const Handle space(H5Dget_space(dataset), H5Sclose), cells(H5Screate_simple(1, &count, nullptr), H5Sclose);
  check(H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, nullptr, &count, nullptr), file.path,
        "select rows of", path);
  check(H5Dread(dataset, H5T_NATIVE_INT64, cells, space, H5P_DEFAULT, sums.data()), file.path, "read", path);
  return sums;
}

}  // namespace

void require_possible_rows(const File& file, const std::string& trace) {
  const auto most = static_cast<std::int64_t>(hdf5::file_bytes(file) / sizeof(std::int64_t));
  for (const auto* part : {"/value", "/step", "/value_crc"})
    if (const std::int64_t rows = Rows(file, trace + part).count(); rows > most)
      throw RecordError(fmt::format(
          "{}: {} has {} rows, and a file of this size holds at most {}: it is damaged beyond its "
          "rows; `weir verify {} --salvage NEW.h5` keeps what is whole",
          file.path.string(), trace + part, rows, most, path_word(file.path.string())));
}

std::int64_t rows_of_trace(const File& file, const std::string& trace) {
  const Rows value(file, trace + "/value"), step(file, trace + "/step");
  return std::min({value.count(), step.count(), step.stored()});
}

TraceDamage damage_of(const File& file, const std::string& trace, const Committed& committed) {
  const Rows value(file, trace + "/value"), step(file, trace + "/step");
  TraceDamage damage{
      std::min({value.count(), step.count(), step.stored(), committed.rows}), committed.rows, {}, false};
  const bool complete = damage.rows == committed.rows;  // else the sums of the end are of rows that are gone
  const auto written = written_blocks(file, trace, damage.rows / block_rows);
  for (std::int64_t first = 0; first < damage.rows; first += block_rows) {
    const std::int64_t last = std::min(first + block_rows, damage.rows), block = first / block_rows;
    const auto sum = value.sum(first, last);
    const bool whole = last == first + block_rows;
    const bool known = whole ? block < std::ssize(written) : complete;
    const std::int64_t wanted = !known  ? -1
                                : whole ? written[static_cast<std::size_t>(block)]
                                        : committed.value_crc;
    if ((whole || complete) && sum != wanted) damage.blocks.push_back(block);
  }
  const auto steps = step.sum(0, damage.rows);
  damage.steps = !steps || (complete && *steps != committed.step_crc);
  return damage;
}

std::vector<std::string> sentences(const TraceDamage& damage) {
  std::vector<std::string> all;
  if (damage.rows < damage.committed)
    all.push_back(fmt::format("it has {} rows; {} were committed", damage.rows, damage.committed));
  for (const std::int64_t block : damage.blocks)
    all.push_back(fmt::format("rows {} to {} do not match their checksum", block * block_rows,
                              std::min((block + 1) * block_rows, damage.rows) - 1));
  if (damage.steps) all.push_back("its steps do not match their checksum");
  return all;
}

}  // namespace weir::record
