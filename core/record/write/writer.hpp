// core/record/write/writer.hpp -- a record open for writing: what the writer thread does.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weir/record/data/committed.hpp>
#include <weir/record/data/run_spec.hpp>
#include <weir/record/hdf5/committed_table.hpp>
#include <weir/record/hdf5/hdf5.hpp>
#include <weir/record/write/trace_writer.hpp>

namespace weir::record {

// One thread at a time. The caller holds the record's lock. After a call has thrown, only abandon() may
// follow.
class Writer {
 public:
  Writer(std::filesystem::path path, RecordMode mode, const RunSpec& run, const KeptRows& kept);
  ~Writer();

  void append(std::size_t dataset, std::int64_t step, const Array& row);
  void write(std::size_t dataset, const Array& value);
  void attribute(std::size_t dataset, const std::string& name, const std::string& text);
  void close_node(const std::string& node);
  void
  flush();  // rows, then HDF5's caches, then the table of what is committed and the heartbeat; throws if the file is no
      // longer in its place
  const std::vector<Committed>& committed() const { return committed_; }  // by dataset, at the last flush
  const std::string& run_id() const { return run_id_; }  // of the record, which a resumed run has from before
  void warn(const std::string& text) { warnings_.push_back(text); }  // for finish to write
  void finish(const std::string& status, const std::string& message, int exit);
  void abandon(const std::string& message) noexcept;  // says "failed" in place, then never touches the file

 private:
  void create();
  void resume(const KeptRows& kept);
  void open_datasets(const KeptRows& kept);
  void say(const std::string& status, const std::string& message);
  void write_out();
  void sign_tensors();
  void reserve_space();
  int descriptor() const;
  herr_t close();
  void let_go() noexcept;

  const RunSpec& run_;
  hdf5::File file_;
  hdf5::Handle status_, message_, heartbeat_;
  std::vector<std::unique_ptr<TraceWriter>> traces_;  // by dataset; null for tensors
  std::vector<Committed> committed_;  // by dataset: of traces at the last flush, of tensors once written
  std::optional<CommittedTable> table_;
  std::vector<std::string> warnings_;
  std::string run_id_;
  std::int64_t attempt_ = 0;
};

}  // namespace weir::record
