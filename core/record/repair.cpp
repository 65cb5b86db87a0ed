// core/record/repair.cpp -- what stands at a record's path, and setting right a record whose writer died.
#include <fmt/format.h>

#include <algorithm>

#include <weir/record/hdf5/committed_table.hpp>
#include <weir/record/hdf5/trace_sums.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/recorder.hpp>
#include <weir/record/schema.hpp>
#include <weir/record/write/layout.hpp>
#include <weir/record/write/lock_file.hpp>
#include <weir/record/write/reserve.hpp>
#include <weir/record/write/revive.hpp>
#include <weir/text/shell_word.hpp>

namespace weir {
namespace {

using hdf5::check;
using hdf5::File;
using hdf5::Handle;
namespace fs = std::filesystem;

// Traces, each with its place in /schema's datasets, by which /committed knows it.
std::vector<std::pair<std::string, std::size_t>> traces_of(const fs::path& path) {
  std::vector<std::pair<std::string, std::size_t>> traces;
  const auto datasets = read_schema(Reader(path)).at("datasets");
  for (std::size_t i = 0; i < datasets.size(); ++i) {
    const std::string value = datasets[i].at("path");
    if (datasets[i].at("trace")) traces.emplace_back(value.substr(0, value.rfind('/')), i);
  }
  return traces;
}

// The committed rows, and a checksum for every block of them. What was committed is never changed: where it is
// damaged, the checksum stays as its witness.
void repair_trace(const File& file, const std::string& trace, const Committed& committed, bool look,
                  std::vector<std::string>& done) {
  look = look || record::rows_of_trace(file, trace) < committed.rows;
  const auto damage = look ? record::damage_of(file, trace, committed)
                           : record::TraceDamage{.rows = committed.rows, .committed = committed.rows};
  if (damage.rows < committed.rows) {
    done.push_back(fmt::format(
        "{}: {}: nothing of it was changed; `weir verify {} --salvage NEW.h5` keeps what is whole", trace,
        record::sentences(damage).front(), path_word(file.path.string())));
    return;
  }
  for (const auto& line : record::sentences(damage))
    done.push_back(fmt::format("{}: {}", trace, line) + ": the values are damaged; left as they are");
  const std::int64_t rows = damage.rows;
  std::int64_t most = rows;
  for (const auto* part : {"/value", "/step"}) {
    const Handle dataset = hdf5::open_dataset(file, trace + part);
    most = std::max(most, hdf5::shape_of(dataset).at(0));
    hdf5::set_rows(file, dataset, trace + part, rows);
  }
  if (most > rows)
    done.push_back(
        fmt::format("{}: the last {} rows were not committed and were dropped", trace, most - rows));
  const std::int64_t whole = rows / record::block_rows, blocks = whole + (rows % record::block_rows > 0);
  const Handle crc = hdf5::open_dataset(file, trace + "/value_crc");
  hdf5::set_rows(file, crc, trace + "/value_crc", blocks);
  if (blocks == whole) return;
  const Handle space(H5Dget_space(crc), H5Sclose);
  const auto last = static_cast<hsize_t>(whole);
  const hsize_t one = 1;
  check(H5Sselect_hyperslab(space, H5S_SELECT_SET, &last, nullptr, &one, nullptr), file.path,
        "select rows of", trace + "/value_crc");
  const Handle cell(H5Screate_simple(1, &one, nullptr), H5Sclose);
  check(H5Dwrite(crc, H5T_NATIVE_INT64, cell, space, H5P_DEFAULT, &committed.value_crc), file.path, "write",
        trace + "/value_crc");
  done.push_back(fmt::format("{}: {} rows kept, checksums completed", trace, rows));
}

void set_end(const File& file, const std::optional<RecordEnd>& end) {
  if (end) {
    std::int64_t attempt = 0;
    {
      const Handle exits = hdf5::open_dataset(file, "/provenance/attempts/exit");
      attempt = hdf5::shape_of(exits).at(0);
    }
    if (attempt > 0) record::end_attempt(file, attempt, end->exit);
  }
  const std::string died = "its writer died; repaired " + record::now_utc();
  record::set_status(file, end ? end->status : "interrupted", end ? end->message : died);
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

std::vector<std::string> repair_record(const fs::path& path, const std::optional<RecordEnd>& end) {
  std::vector<std::string> done;
  if (!fs::exists(path))
    throw RecordError(fmt::format("{}: cannot repair it: there is no such file", path.string()));
  const record::LockFile lock(path);
  const hdf5::Turn turn;
  std::string status;
  std::optional<std::vector<Committed>> committed;
  {
    const File file{path, hdf5::open_for_reading(path)};
    if (!record::is_record(file))
      throw RecordError(fmt::format("{}: cannot repair it: it is not a weir record", path.string()));
    status = hdf5::read_text(file, "/status");
    committed = record::CommittedTable::read(file);
    if (!committed)
      throw RecordError(
          fmt::format("{}: cannot repair it: both copies of /committed, which says how many rows are "
                      "whole, are damaged; `weir verify {} --salvage NEW.h5` keeps what is left",
                      path.string(), path_word(path.string())));
  }
  const Handle access = hdf5::access_properties();
  {
    const Handle plain(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access), H5Fclose);
    H5Eclear2(H5E_DEFAULT);
    if (plain.open() && status != "running")
      return {"nothing to repair: its status is " + status + " and it was closed properly"};
    if (!plain.open()) done.push_back("cleared HDF5's marks of an unfinished writer");
  }
  const auto traces = traces_of(path);
  {
    const File file{path, hdf5::open_for_reading(path)};
    for (const auto& [trace, i] : traces) record::require_possible_rows(file, trace);
  }
  record::clear_flags(path);
  // SWMR's order of writes, so that a kill during the repair is as harmless as one during a run.
  File file{path, Handle(check(H5Fopen(path.c_str(), H5F_ACC_RDWR | H5F_ACC_SWMR_WRITE, access), path, "open",
                               "it"),
                         H5Fclose)};
  try {
    for (const auto& [trace, i] : traces)
      if (i < committed->size()) repair_trace(file, trace, (*committed)[i], !end, done);
    if (status == "running") {
      set_end(file, end);
      done.push_back("set its status to " + (end ? end->status : "interrupted"));
    }
    check(H5Fflush(file.id, H5F_SCOPE_LOCAL), path, "flush", "it");
  } catch (const RecordError&) {
    record::let_go(file.id);
    throw;
  }
  check(file.id.reset(), path, "close", "it");
  return done;
}

}  // namespace weir
