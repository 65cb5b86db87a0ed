// core/record/write/trace_writer.cpp -- appending to {value, step, value_crc}.
#include <weir/record/write/trace_writer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include <weir/record/hdf5/trace_sums.hpp>
#include <weir/record/write/layout.hpp>

namespace weir::record {
namespace {

using hdf5::check;
using hdf5::Handle;
using hdf5::set_rows;

constexpr std::size_t gathered_bytes = 1 << 20;
constexpr std::size_t gathered_rows = 1024;

// Rows [first, first + count) of a dataset in the file, and the same in memory.
std::pair<Handle, Handle> rows_of(hid_t dataset, std::int64_t first, std::int64_t count) {
  const auto shape = hdf5::shape_of(dataset);
  std::vector<hsize_t> sizes(shape.begin(), shape.end()), start(shape.size(), 0);
  start[0] = static_cast<hsize_t>(first);
  sizes[0] = static_cast<hsize_t>(count);
  Handle space(H5Dget_space(dataset), H5Sclose);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, sizes.data(), nullptr);
  return {std::move(space),
          Handle(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose)};
}

void append_rows(const hdf5::File& file, hid_t dataset, const std::string& path, hid_t memory,
                 std::int64_t first, std::int64_t count, const void* data) {
  set_rows(file, dataset, path, first + count);
  const auto [space, cells] = rows_of(dataset, first, count);
  check(H5Dwrite(dataset, memory, cells, space, H5P_DEFAULT, data), file.path, "write", path);
}

// HDF5 may write a trace's metadata only when everything is flushed, after the rows: so a live reader never
// sees a size whose rows are not there yet.
Handle open_corked(const hdf5::File& file, const std::string& path) {
  Handle dataset = hdf5::open_dataset(file, path);
  check(H5Odisable_mdc_flushes(dataset), file.path, "hold the metadata of", path);
  return dataset;
}

}  // namespace

TraceWriter::TraceWriter(const hdf5::File& file, const DatasetSpec& spec, const Committed& kept)
    : file_(file),
      path_(path_of(spec)),
      dtype_(spec.dtype),
      row_shape_(spec.shape),
      row_bytes_(row_bytes(spec)),
      rows_(kept.rows),
      sums_(kept.rows / block_rows),
      block_(static_cast<std::uint32_t>(kept.value_crc)),
      steps_(static_cast<std::uint32_t>(kept.step_crc)) {
  value_ = open_corked(file, path_ + "/value");
  step_ = open_corked(file, path_ + "/step");
  crc_ = open_corked(file, path_ + "/value_crc");
  set_rows(file, crc_, path_ + "/value_crc", sums_);
  set_rows(file, step_, path_ + "/step", rows_);
  set_rows(file, value_, path_ + "/value", rows_);
}

void TraceWriter::append(std::int64_t step, const Array& row) {
  if (row_bytes_ > 0)
    pending_.insert(pending_.end(), row.bytes->begin(),
                    row.bytes->begin() + static_cast<std::ptrdiff_t>(row_bytes_));
  pending_steps_.push_back(step);
  if (pending_.size() >= gathered_bytes || pending_steps_.size() >= gathered_rows) write();
}

void TraceWriter::write() {
  const auto count = static_cast<std::int64_t>(pending_steps_.size());
  if (count == 0) return;
  if (row_bytes_ > 0)
    append_rows(file_, value_, path_ + "/value", hdf5::memory_type(dtype_), rows_, count, pending_.data());
  else
    set_rows(file_, value_, path_ + "/value", rows_ + count);
  append_rows(file_, step_, path_ + "/step", H5T_NATIVE_INT64, rows_, count, pending_steps_.data());
  steps_.add(std::as_bytes(std::span(pending_steps_)));

  std::vector<std::int64_t> sums;
  std::span<const std::byte> left(pending_);
  for (std::int64_t done = 0; done < count;) {
    const std::int64_t room = block_rows - (rows_ + done) % block_rows;
    const std::int64_t rows = std::min(room, count - done);
    const std::size_t bytes = static_cast<std::size_t>(rows) * row_bytes_;
    block_.add(left.first(bytes));
    left = left.subspan(bytes);
    done += rows;
    if (rows == room) {
      sums.push_back(block_.value());
      block_ = {};
    }
  }
  write_checksums(sums);
  rows_ += count;
  pending_.clear();
  pending_steps_.clear();
}

void TraceWriter::close() {
  write();
  if (sums_ * block_rows < rows_) write_checksums({block_.value()});
}

// HDF5 writes metadata even when the rows before them could not be written: then a size would be in the file
// whose rows are not. So each dataset's rows go first, and what fails there stops everything.
void TraceWriter::flush() {
  for (const auto& [dataset, name] : {std::pair(&value_, "/value"), {&step_, "/step"}, {&crc_, "/value_crc"}})
    check(H5Dflush(*dataset), file_.path, "flush", path_ + name);
}

void TraceWriter::abandon() {
  for (Handle* dataset : {&value_, &step_, &crc_}) dataset->abandon();
}

void TraceWriter::write_checksums(const std::vector<std::int64_t>& sums) {
  if (sums.empty()) return;
  append_rows(file_, crc_, path_ + "/value_crc", H5T_NATIVE_INT64, sums_,
              static_cast<std::int64_t>(sums.size()), sums.data());
  sums_ += static_cast<std::int64_t>(sums.size());
}

}  // namespace weir::record
