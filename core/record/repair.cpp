// core/record/repair.cpp -- what stands at a record's path, and setting right a record whose writer died.
#include <fmt/format.h>

#include <weir/record/hdf5/crc32c.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/recorder.hpp>
#include <weir/record/write/layout.hpp>
#include <weir/record/write/lock_file.hpp>
#include <weir/record/write/revive.hpp>

namespace weir {
namespace {

using hdf5::check;
using hdf5::File;
using hdf5::Handle;
namespace fs = std::filesystem;

std::vector<std::string> traces_of(const fs::path& path) {
  const Reader reader(path);
  std::vector<std::string> found, open{nodes_group};
  while (!open.empty()) {
    const std::string group = open.back();
    open.pop_back();
    if (reader.has(group + "/value_crc") && reader.has(group + "/step")) {
      found.push_back(group);
      continue;
    }
    for (const auto& name : reader.members(group))
      if (reader.is_group(group + "/" + name)) open.push_back(group + "/" + name);
  }
  return {found.rbegin(), found.rend()};
}

std::vector<std::int64_t> checksums(const Reader& reader, const std::string& trace, std::int64_t rows) {
  std::vector<std::int64_t> sums;
  for (std::int64_t first = 0; first < rows; first += record::block_rows) {
    const Array block = reader.rows(trace + "/value", first, std::min(record::block_rows, rows - first));
    record::Crc32c sum;
    sum.add(*block.bytes);
    sums.push_back(sum.value());
  }
  return sums;
}

void set_rows(const File& file, const std::string& path, std::int64_t rows) {
  const Handle dataset = hdf5::open_dataset(file, path);
  auto shape = hdf5::shape_of(dataset);
  shape.at(0) = rows;
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  check(H5Dset_extent(dataset, sizes.data()), file.path, "resize", path);
}

// Equal lengths of value and step, and a checksum for every block. What was there and whole is never changed.
void repair_trace(const File& file, const std::string& trace, std::vector<std::string>& done) {
  std::int64_t rows = 0;
  std::vector<std::int64_t> sums, there;
  {
    const Reader reader(file.path);
    const std::int64_t values = reader.shape(trace + "/value").at(0),
                       steps = reader.shape(trace + "/step").at(0);
    rows = std::min(values, steps);
    if (values != steps)
      done.push_back(fmt::format("{}: {} rows of value and {} of step; the last {} uncommitted were dropped",
                                 trace, values, steps, std::max(values, steps) - rows));
    sums = checksums(reader, trace, rows);
    const Array crc = reader.read(trace + "/value_crc");
    there.assign(crc.data<std::int64_t>(), crc.data<std::int64_t>() + crc.count());
  }
  for (std::size_t block = 0; block < std::min(sums.size(), there.size()); ++block) {
    const bool whole = static_cast<std::int64_t>(block + 1) * record::block_rows <= rows;
    if (whole && sums[block] != there[block]) {
      done.push_back(
          fmt::format("{}: block {} (rows {} to {}) does not match its checksum: its values are damaged; "
                      "left as they are",
                      trace, block, static_cast<std::int64_t>(block) * record::block_rows,
                      static_cast<std::int64_t>(block + 1) * record::block_rows - 1));
      sums[block] = there[block];  // the witness of the damage stays
    }
  }
  set_rows(file, trace + "/value", rows);
  set_rows(file, trace + "/step", rows);
  if (sums == there) return;
  set_rows(file, trace + "/value_crc", static_cast<std::int64_t>(sums.size()));
  const Handle crc = hdf5::open_dataset(file, trace + "/value_crc");
  if (!sums.empty())
    check(H5Dwrite(crc, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, sums.data()), file.path, "write",
          trace + "/value_crc");
  done.push_back(fmt::format("{}: {} rows kept, checksums completed", trace, rows));
}

void set_interrupted(const File& file) {
  const Handle status = hdf5::open_dataset(file, "/status"), message = hdf5::open_dataset(file, "/message");
  hdf5::rewrite_text(file, message, "/message", "its writer died; repaired " + record::now_utc());
  hdf5::rewrite_text(file, status, "/status", "interrupted");
}

}  // namespace

RecordState inspect_record(const fs::path& path) {
  RecordState state;
  state.exists = fs::exists(path);
  if (!state.exists) return state;
  state.locked = record::is_locked(path);
  const hdf5::Turn turn;
  try {
    const File file{path, hdf5::open_for_reading(path)};
    state.is_record = record::is_record(file);
    if (!state.is_record) return state;
    state.status = hdf5::read_text(file, "/status");
    state.resolved_json = hdf5::read_text(file, "/pipeline/resolved_json");
  } catch (const RecordError&) {
    return state;  // not readable: is_record stays false
  }
  if (state.status == "running" && !state.locked) state.status = "interrupted";
  return state;
}

std::vector<std::string> repair_record(const fs::path& path) {
  std::vector<std::string> done;
  if (!fs::exists(path))
    throw RecordError(fmt::format("{}: cannot repair it: there is no such file", path.string()));
  const record::LockFile lock(path);
  const hdf5::Turn turn;
  std::string status;
  {
    const File file{path, hdf5::open_for_reading(path)};
    if (!record::is_record(file))
      throw RecordError(fmt::format("{}: cannot repair it: it is not a weir record", path.string()));
    status = hdf5::read_text(file, "/status");
  }
  const Handle access = hdf5::access_properties();
  {
    const Handle plain(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access), H5Fclose);
    H5Eclear2(H5E_DEFAULT);
    if (plain.open() && status != "running")
      return {"nothing to repair: its status is " + status + " and it was closed properly"};
    if (!plain.open()) done.push_back("cleared HDF5's marks of an unfinished writer");
  }
  record::clear_flags(path);
  const auto traces = traces_of(path);
  // SWMR's order of writes, so that a kill during the repair is as harmless as one during a run.
  File file{path, Handle(check(H5Fopen(path.c_str(), H5F_ACC_RDWR | H5F_ACC_SWMR_WRITE, access), path, "open",
                               "it"),
                         H5Fclose)};
  for (const auto& trace : traces) repair_trace(file, trace, done);
  if (status == "running") {
    set_interrupted(file);
    done.push_back("set its status to interrupted");
  }
  check(H5Fflush(file.id, H5F_SCOPE_LOCAL), path, "flush", "it");
  check(file.id.reset(), path, "close", "it");
  return done;
}

}  // namespace weir
