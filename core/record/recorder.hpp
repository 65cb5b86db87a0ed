// core/record/recorder.hpp -- the one writer of a run's HDF5 file (format 1.0).
//
// Life of a recorder:  open -> declare everything -> start (SWMR on) -> append / write / commit from any
// thread -> finish. Calls from any thread put a snapshot on a bounded queue; one writer thread of the
// recorder's own touches HDF5. The first failed write stops the recorder: every later call throws RecordError
// with the first cause, and no later row is acknowledged.
//
// A trace <t> of node a.b is the group /nodes/a/b/<t> with
//   value      [n, row...]     units, long_name, estimator, ...; scales on every axis
//   step       int64 [n]       the dimension scale of value's axis 0
//   value_crc  int64 [blocks]  crc32c of each whole block of @block_rows = 256 rows of value; the last,
//                              partial block gets its checksum when the node closes
// What is committed of each dataset, and the checksums of what value_crc does not cover, are in /committed
// (committed_table.hpp). What is written once and whole has the attribute crc32c, tensors when the run ends.
// Blocks are counted in rows, so that two runs give the same bytes whatever their timing. These are separate
// datasets: a live reader takes the shorter of value and step, and checks whole blocks only.
//
// Text is fixed ASCII; in attributes a character outside it becomes "?" (the exact text is in /pipeline and
// /schema).
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <weir/record/data/array.hpp>
#include <weir/record/data/committed.hpp>
#include <weir/record/data/run_spec.hpp>

namespace weir {

class Recorder {
 public:
  using Mode = RecordMode;

  // Creates or reopens `file`, declares everything in `run`, and starts SWMR. With Mode::resume, `kept` tells
  // how many rows of each trace ("train.loss" -> 1200) are kept; every other trace is emptied, tensors are
  // written again. Errors: RecordError if the file exists (create), is locked by another process, is not a
  // record of this pipeline, or has rows that are to be kept and are not what was committed.
  Recorder(std::filesystem::path file, Mode mode, RunSpec run, KeptRows kept = {});
  ~Recorder();  // without finish(): status becomes "failed"
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // One row of a trace. `row` has the declared row shape and dtype. Blocks while the queue is full.
  void append(const std::string& path, std::int64_t step, Array row);

  // A whole tensor, once per run. `value`'s shape must match the declared one where that is not -1.
  void write(const std::string& path, Array value);

  // Fixed-ASCII attribute of a declared dataset, e.g. ("gauss.total", "total_reason", "singular at t = 1/2").
  // Its room is declared (DatasetSpec::reserved); a longer text is cut and ends in "...".
  void attribute(const std::string& path, const std::string& name, const std::string& value);

  // The node's traces are complete: the last partial blocks get their checksums.
  void close_node(const std::string& node);

  // A line of /warnings, once, written when the run ends: fixed ASCII, and some 8 KiB in all.
  void warn(const std::string& text);

  // Returns when everything queued before it is on its way to the disk (H5Fflush, heartbeat rewritten).
  void commit();
  // Of a trace at the last commit: what a checkpoint says of it.
  Committed committed(const std::string& path) const;

  // running -> finished | failed | interrupted. Commits, closes the file, releases the lock. `exit` is the attempt's, by default 0, 3 or 75.
  void finish(const std::string& status, const std::string& message = "", std::optional<int> exit = {});

  std::int64_t rows(const std::string& path) const;  // appended so far, including those kept by resume
  const std::filesystem::path& file() const;
  const std::string& run_id() const;  // the record's: of the run that created it

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// What stands at a record's path, without changing it.
struct RecordState {
  bool exists = false;
  bool is_record = false;  // a readable weir record
  std::string status;      // running | finished | failed | interrupted (also if its writer died) | salvaged
  bool locked = false;     // a live process writes it
  std::string resolved_json;  // to compare pipelines
};
RecordState inspect_record(const std::filesystem::path& file);

// How a run ended whose writer could not say so.
struct RecordEnd {
  std::string status;  // failed | interrupted
  std::string message;
  int exit = 0;  // of the attempt
};

// Repairs a record whose writer died: clears HDF5's consistency flags without truncating, drops rows of which
// only a part was written, completes the checksums, names blocks whose values are damaged, sets status
// interrupted, or how it ended if that is known: who knows it just saw it die, and does not wait for the values to be read, as whoever
// goes on with the record does. Returns what was done, one sentence each. Errors: RecordError if it is locked or no record.
std::vector<std::string> repair_record(const std::filesystem::path& file,
                                       const std::optional<RecordEnd>& end = std::nullopt);

std::string hdf5_version();  // of the library in use, "1.10.8"

}  // namespace weir
