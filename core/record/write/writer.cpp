// core/record/write/writer.cpp -- creating, filling and closing a record.
#include <weir/record/write/writer.hpp>

#include <fmt/format.h>

#include <chrono>
#include <span>

#include <weir/os/replace_file.hpp>
#include <weir/record/hdf5/crc32c.hpp>
#include <weir/record/hdf5/heaps.hpp>
#include <weir/record/hdf5/scales.hpp>
#include <weir/record/hdf5/signature.hpp>
#include <weir/record/hdf5/trace_sums.hpp>
#include <weir/record/write/heartbeat.hpp>
#include <weir/record/write/in_place.hpp>
#include <weir/record/write/layout.hpp>
#include <weir/record/write/reserve.hpp>
#include <weir/record/write/revive.hpp>

namespace weir::record {

namespace {

constexpr std::uint64_t spare_bytes = 64 * 1024;

}  // namespace

using hdf5::check;
using hdf5::Handle;
using hdf5::Turn;
namespace fs = std::filesystem;

Writer::Writer(fs::path path, RecordMode mode, const RunSpec& run, const KeptRows& kept)
    : run_(run), file_{std::move(path), {}}, committed_(run.datasets.size()) {
  const Turn turn;
  const bool there = fs::exists(file_.path);
  if (mode == RecordMode::create && there)
    throw RecordError(
        fmt::format("{}: it exists already; resume it, choose another output (-o) or start over with --force",
                    file_.path.string()));
  if (mode == RecordMode::resume && !there)
    throw RecordError(fmt::format("{}: cannot resume it: there is no such file", file_.path.string()));
  try {
    mode == RecordMode::resume ? resume(kept) : create();
  } catch (...) {
    if (mode == RecordMode::resume)
      let_go();
    else
      close();
    throw;
  }
}

Writer::~Writer() {
  const Turn turn;
  let_go();
}

// Under another name at first, so that a fault leaves nothing behind and an old record goes only when the new one
// stands.
void Writer::create() try {
  os::Replacement fresh(file_.path);
  const Handle access = hdf5::access_properties();
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation, false);
  // Linux can end a write of a killed process at the edge of a page: what is smaller than one never crosses an edge.
  H5Pset_file_space_strategy(creation, H5F_FSPACE_STRATEGY_PAGE, false, 1);
  H5Pset_file_space_page_size(creation, 4096);
  file_.id = Handle(check(H5Fcreate(fresh.temporary().c_str(), H5F_ACC_TRUNC, creation, access), file_.path,
                          "create", "it"),
                    H5Fclose);
  // First, so that its addresses depend on the pipeline alone.
  declare_nodes(file_, run_);
  declare_run(file_, run_);
  run_id_ = run_.run_id;
  attempt_ = begin_attempt(file_);
  check(H5Fflush(file_.id, H5F_SCOPE_LOCAL), file_.path, "write", "its declarations");
  sign_heaps(file_);
  check(H5Fflush(file_.id, H5F_SCOPE_LOCAL), file_.path, "write", "its declarations");
  check(H5Fstart_swmr_write(file_.id), file_.path, "start SWMR in", "it");
  open_datasets({});
  write_out();
  fresh.put_in_place();
} catch (const os::FileError& error) {
  throw RecordError(error.what());
}

void Writer::resume(const KeptRows& kept) {
  {
    const hdf5::File old{file_.path, hdf5::open_for_reading(file_.path)};
    require_resumable(old, run_);
    verify_layout(old, run_);
    run_id_ = hdf5::read_text_attribute(old, "/", "run_id");
    require_signed_parts(old, run_);
    // Before anything is changed: all rows that are to be kept must be there, as they were written.
    for (std::size_t i = 0; i < run_.datasets.size(); ++i) {
      if (!run_.datasets[i].trace) continue;
      const std::string path = path_of(run_.datasets[i]);
      require_possible_rows(old, path);
      const auto found = kept.find(key_of(run_.datasets[i]));
      if (found == kept.end()) continue;
      require_rows(old, path, found->second);
      committed_[i] = found->second;
    }
  }
  clear_flags(file_.path);
  const Handle access = hdf5::access_properties();
  file_.id = Handle(
      check(H5Fopen(file_.path.c_str(), H5F_ACC_RDWR | H5F_ACC_SWMR_WRITE, access), file_.path, "open", "it"),
      H5Fclose);
  CommittedTable(file_).write(committed_);  // before rows go: what is committed is always there
  open_datasets(kept);
  unsign_status(file_);
  attempt_ = begin_attempt(file_);  // which flushes first
  say("running", "");
  flush();
}

void Writer::open_datasets(const KeptRows& kept) {
  table_.emplace(file_);
  status_ = hdf5::open_dataset(file_, "/status");
  message_ = hdf5::open_dataset(file_, "/message");
  heartbeat_ = hdf5::open_dataset(file_, "/heartbeat");
  for (const auto& spec : run_.datasets) {
    const auto found = kept.find(key_of(spec));
    traces_.push_back(spec.trace ? std::make_unique<TraceWriter>(
                                       file_, spec, found == kept.end() ? Committed{} : found->second)
                                 : nullptr);
  }
}

void Writer::append(std::size_t dataset, std::int64_t step, const Array& row) {
  const Turn turn;
  traces_[dataset]->append(step, row);
}

void Writer::write(std::size_t dataset, const Array& value) {
  const Turn turn;
  const auto& spec = run_.datasets[dataset];
  const std::string path = path_of(spec);
  const Handle id = hdf5::open_dataset(file_, path);
  if (hdf5::signature_of(file_, id)) {  // of an earlier attempt
    hdf5::unsign(file_, path);
    check(H5Dflush(id), file_.path, "flush", path);
  }
  if (!spec.shape.empty() && spec.shape[0] < 0) {
    const std::vector<hsize_t> sizes(value.shape.begin(), value.shape.end());
    check(H5Dset_extent(id, sizes.data()), file_.path, "resize", path);
    grow_scale(file_, id, path, value.shape[0]);
  }
  if (value.count() > 0)
    check(H5Dwrite(id, hdf5::memory_type(value.dtype), H5S_ALL, H5S_ALL, H5P_DEFAULT, value.bytes->data()),
          file_.path, "write", path);
  check(H5Dflush(id), file_.path, "flush", path);
  committed_[dataset] = {1, 0, 0};
  if (value.count() == 0 || hdf5::has_own_checksum(id)) return;
  Crc32c sum;
  sum.add(std::span(*value.bytes).first(static_cast<std::size_t>(value.count()) * size_of(value.dtype)));
  committed_[dataset].value_crc = sum.value();
}

void Writer::attribute(std::size_t dataset, const std::string& name, const std::string& text) {
  const Turn turn;
  const auto& spec = run_.datasets[dataset];
  const Handle object = hdf5::open_object(file_, path_of(spec) + (spec.trace ? "/value" : ""));
  hdf5::rewrite_attribute(file_, object, name, text);
}

void Writer::close_node(const std::string& node) {
  const Turn turn;
  for (std::size_t i = 0; i < traces_.size(); ++i)
    if (traces_[i] && run_.datasets[i].node == node) traces_[i]->close();
}

void Writer::flush() {
  const Turn turn;
  write_out();
  require_in_place(descriptor(), file_.path);
}

void Writer::write_out() {
  for (const auto& trace : traces_) {
    if (!trace) continue;
    trace->write();
    trace->flush();
  }
  reserve_space();
  check(H5Fflush(file_.id, H5F_SCOPE_LOCAL), file_.path, "flush", "it");

  // Only after the rows are in the file may it say so.
  std::int64_t rows = 0;
  for (std::size_t i = 0; i < traces_.size(); ++i) {
    if (!traces_[i]) continue;
    committed_[i] = traces_[i]->end();
    rows += committed_[i].rows;
  }
  table_->write(committed_);
  haddr_t bytes = 0;
  check(H5Fget_eoa(file_.id, &bytes), file_.path, "size", "it");
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  Heartbeat{std::chrono::duration_cast<std::chrono::nanoseconds>(now).count(), rows,
            static_cast<std::int64_t>(bytes), attempt_}
      .write(file_, heartbeat_);
  check(H5Dflush(heartbeat_), file_.path, "flush", "/heartbeat");
}

void Writer::say(const std::string& status, const std::string& message) {
  hdf5::rewrite_text(file_, message_, "/message", message);
  check(H5Dflush(message_), file_.path, "flush", "/message");
  hdf5::rewrite_text(file_, status_, "/status", status);
  check(H5Dflush(status_), file_.path, "flush", "/status");
}

// Once everything else is in the file.
void Writer::sign_tensors() {
  for (std::size_t i = 0; i < committed_.size(); ++i) {
    const auto& spec = run_.datasets[i];
    if (spec.trace || committed_[i].value_crc == 0) continue;
    hdf5::sign(file_, hdf5::open_dataset(file_, path_of(spec)), committed_[i].value_crc);
  }
}

void Writer::finish(const std::string& status, const std::string& message, int exit) {
  const Turn turn;
  for (const auto& trace : traces_)
    if (trace) trace->close();
  flush();
  sign_tensors();
  end_attempt(file_, attempt_, exit);
  add_warnings(file_, warnings_);
  flush();
  set_status(file_, status, message);
  check(close(), file_.path, "close", "it");
}

herr_t Writer::close() {
  traces_.clear();
  if (table_) table_->close();
  for (Handle* each : {&status_, &message_, &heartbeat_}) each->reset();
  return file_.id.reset();
}

// A flush that runs out of space half-way leaves metadata that points past the file's end. So the space is
// taken first; a little more, for what HDF5 allocates while it flushes.
void Writer::reserve_space() {
  haddr_t end = 0;
  check(H5Fget_eoa(file_.id, &end), file_.path, "size", "it");
  reserve(descriptor(), end + spare_bytes, file_.path);
}

int Writer::descriptor() const {
  void* descriptor = nullptr;
  check(H5Fget_vfd_handle(file_.id, H5P_DEFAULT, &descriptor), file_.path, "reach", "it");
  return *static_cast<int*>(descriptor);
}

void Writer::abandon(const std::string& message) noexcept {
  const Turn turn;
  try {
    say("failed", message);
  } catch (const std::exception&) {
    // The first cause is reported already; readers see a dead writer by its lock.
  }
  let_go();
}

// After a failed write HDF5 must not flush: what it holds is no longer what was committed, and closing would
// write it. Its identifiers are left open, and its descriptor leads nowhere.
void Writer::let_go() noexcept {
  if (!file_.id.open()) return;
  for (const auto& trace : traces_)
    if (trace) trace->abandon();
  if (table_) table_->abandon();
  for (Handle* each : {&status_, &message_, &heartbeat_}) each->abandon();
  record::let_go(file_.id);
}

}  // namespace weir::record
