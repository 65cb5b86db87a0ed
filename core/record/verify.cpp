// core/record/verify.cpp -- whether a record is whole: every checksum, and what must hold between its parts.
#include <weir/record/verify.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>
#include <set>

#include <weir/record/data/dotted_path.hpp>
#include <weir/record/declared.hpp>
#include <weir/record/hdf5/attributes.hpp>
#include <weir/record/hdf5/committed_table.hpp>
#include <weir/record/hdf5/heaps.hpp>
#include <weir/record/hdf5/pieces.hpp>
#include <weir/record/hdf5/signature.hpp>
#include <weir/record/hdf5/trace_sums.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/recorder.hpp>
#include <weir/record/schema.hpp>
#include <weir/record/write/heartbeat.hpp>
#include <weir/record/write/revive.hpp>

namespace weir {
namespace {

using hdf5::File;
using nlohmann::json;

class Verification {
 public:
  Verification(const File& file, bool live) : file_(file), live_(live) {}

  Verified all() {
    status();
    read_committed();
    for (const json& dataset : declared()) declared_dataset(dataset);
    heartbeat();
    everything();
    return std::move(result_);
  }

 private:
  void fault(const std::string& path, const std::string& what) { result_.damage.push_back({path, what}); }

  std::string plain(std::string why) const {
    if (const std::string name = file_.path.string() + ": "; why.starts_with(name)) why.erase(0, name.size());
    return why;
  }

  // What `work` throws is a fault at `path`: HDF5's reason without the file's name, which stands above all.
  template <class Work>
  void tried(const std::string& path, const Work& work) {
    try {
      work();
    } catch (const RecordError& error) {
      std::string why = plain(error.what());
      if (why.starts_with(path + " ")) why.erase(0, path.size() + 1);
      fault(path, why);
    }
  }

  // A text of fixed size, with nothing behind its end.
  std::string padded_text(const std::string& path) {
    std::string text;
    tried(path, [&] {
      text = hdf5::read_text(file_, path);
      std::string bytes;
      hdf5::each_piece(file_, path, hdf5::open_dataset(file_, path), [&](std::span<const std::byte> piece) {
        bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
      });
      if (bytes.find_first_not_of('\0', text.size()) != std::string::npos)
        fault(path, "has something behind its end");
    });
    return text;
  }

  void status() {
    status_ = padded_text("/status");
    const std::set<std::string> known{"running", "finished", "failed", "interrupted", "salvaged"};
    if (!status_.empty() && !known.contains(status_))
      fault("/status", fmt::format("is '{}', none of {}", status_, fmt::join(known, ", ")));
    if (!padded_text("/message").empty() && status_ == "running" && !live_)
      fault("/message", "says how the run ended, and the status is running");
  }

  void read_committed() {
    tried("/committed", [&] {
      if (auto table = record::CommittedTable::read(file_)) {
        committed_ = std::move(*table);
        if (!live_ && !record::CommittedTable::both_whole(file_))
          fault("/committed", "has one of its two copies damaged; the other counts");
      } else
        fault("/committed",
              "is missing, or both of its copies are damaged: nothing says how many rows are whole");
    });
    seen_.insert("/committed");
  }

  json declared() {
    json datasets = json::array();
    tried("/schema", [&] { datasets = read_schema(Reader(file_.path)).at("datasets"); });
    return datasets;
  }

  void declared_dataset(const json& declared) {
    const std::size_t i = place_++;
    const Committed committed = i < committed_.size() ? committed_[i] : Committed{};
    const std::string path = declared.at("path");
    const bool trace = declared.at("trace");
    const std::string group = path.substr(0, path.rfind('/'));
    for (const auto* part : {"/value", "/step", "/value_crc"})
      if (trace) seen_.insert(group + part);
    seen_.insert(path);
    ++result_.datasets;
    tried(trace ? group : path, [&] {
      require_as_declared(file_, declared_spec(declared));
      if (trace)
        rows_of(group, committed);
      else
        hdf5::require_whole(file_, path,
                            committed.value_crc != 0 ? std::optional(committed.value_crc) : std::nullopt);
    });
  }

  void rows_of(const std::string& group, const Committed& committed) {
    result_.rows += committed.rows;
    if (committed_.empty()) return;  // said once, of the record as a whole
    for (const std::string& sentence : record::sentences(record::damage_of(file_, group, committed)))
      fault(group, sentence);
    if (!live_) last_checksum(group, committed);
    if (live_ || status_ == "running") return;  // rows after the last commit may be there
    for (const auto* part : {"/value", "/step"})
      if (const auto rows = hdf5::shape_of(hdf5::open_dataset(file_, group + part)).at(0);
          rows > committed.rows)
        fault(group + part, fmt::format("has {} rows; {} were committed", rows, committed.rows));
  }

  // Of a trace that was closed, the block that is not full has its checksum in value_crc as well.
  void last_checksum(const std::string& group, const Committed& committed) {
    const auto count = [&](const char* part) {
      return hdf5::shape_of(hdf5::open_dataset(file_, group + part)).at(0);
    };
    const std::int64_t whole = committed.rows / record::block_rows;
    if (count("/value") != committed.rows || count("/value_crc") <= whole) return;
    std::int64_t sum = 0;
    hdf5::each_piece(file_, group + "/value_crc", hdf5::open_dataset(file_, group + "/value_crc"), whole,
                     whole + 1,
                     [&](std::span<const std::byte> bytes) { std::memcpy(&sum, bytes.data(), sizeof sum); });
    if (sum != committed.value_crc || committed.rows % record::block_rows == 0)
      fault(group + "/value_crc", "its last checksum is not that of the last rows");
  }

  void heartbeat() {
    seen_.insert("/heartbeat");
    if (live_) return;  // it may be written at this moment
    tried("/heartbeat", [&] {
      const auto beat = record::Heartbeat::read(file_);
      // The table is written first: a run that was killed between the two counts fewer.
      if (!committed_.empty() &&
          (beat.rows > result_.rows || (status_ == "finished" && beat.rows < result_.rows)))
        fault("/heartbeat", fmt::format("counts {} rows; {} were committed", beat.rows, result_.rows));
    });
  }

  // What is in the file beside, and what HDF5 keeps of all.
  void everything() {
    const auto found = [&](const std::string& path, const std::string& why) { fault(path, plain(why)); };
    for (const std::string& path : hdf5::objects_below(file_, "/", found))
      if (!seen_.contains(path)) tried(path, [&] { hdf5::require_whole(file_, path); });
    hdf5::check_attributes(file_, found);
    tried("/references", [&] { record::require_heaps(file_); });
  }

  const File& file_;
  const bool live_;
  std::string status_;
  std::vector<Committed> committed_;
  std::set<std::string> seen_;
  std::size_t place_ = 0;
  Verified result_;
};

}  // namespace

Verified verify_record(const std::filesystem::path& path) {
  const bool live = inspect_record(path).locked;
  const hdf5::Turn turn;
  const File file{path, hdf5::open_for_reading(path)};
  if (!record::is_record(file))
    throw RecordError(fmt::format("{}: cannot verify it: it is not a weir record", path.string()));
  return Verification(file, live).all();
}

}  // namespace weir
