// core/record/verify.cpp -- whether a record is whole: every checksum, and what must hold between its parts.
#include <weir/record/verify.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include <weir/record/data/dotted_path.hpp>
#include <weir/record/declared.hpp>
#include <weir/record/hdf5/committed_table.hpp>
#include <weir/record/hdf5/signature.hpp>
#include <weir/record/hdf5/trace_sums.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/recorder.hpp>
#include <weir/record/schema.hpp>
#include <weir/record/write/revive.hpp>

namespace weir {
namespace {

using hdf5::File;
using hdf5::Handle;
using nlohmann::json;

class Verification {
 public:
  Verification(const File& file, bool live) : file_(file), live_(live) {}

  Verified all() {
    tried("/status", [&] { status_ = hdf5::read_text(file_, "/status"); });
    const std::set<std::string> known{"running", "finished", "failed", "interrupted", "salvaged"};
    if (!status_.empty() && !known.contains(status_))
      fault("/status", fmt::format("is '{}', none of {}", status_, fmt::join(known, ", ")));
    read_committed();
    for (const json& dataset : declared()) declared_dataset(dataset);
    heartbeat();
    const auto unreadable = [&](const std::string& path, const std::string& why) { fault(path, plain(why)); };
    for (const std::string& path : hdf5::objects_below(file_, "/", unreadable))
      if (!seen_.contains(path)) tried(path, [&] { hdf5::require_whole(file_, path); });
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

  void read_committed() {
    tried("/committed", [&] {
      if (auto table = record::CommittedTable::read(file_))
        committed_ = std::move(*table);
      else
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
    if (live_ || status_ == "running") return;  // rows after the last commit may be there
    for (const auto* part : {"/value", "/step"})
      if (const auto rows = hdf5::shape_of(hdf5::open_dataset(file_, group + part)).at(0);
          rows > committed.rows)
        fault(group + part, fmt::format("has {} rows; {} were committed", rows, committed.rows));
  }

  void heartbeat() {
    tried("/heartbeat", [&] {
      const Handle dataset = hdf5::open_dataset(file_, "/heartbeat");
      const auto shape = hdf5::shape_of(dataset);
      if (shape != std::vector<std::int64_t>{4}) {
        fault("/heartbeat", fmt::format("has shape [{}], not [4]", fmt::join(shape, ", ")));
        return;
      }
      std::int64_t beat[4] = {};
      hdf5::check(H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, beat), file_.path, "read",
                  "/heartbeat");
      // The table is written first: a run that was killed between the two counts fewer.
      if (!live_ && !committed_.empty() &&
          (beat[1] > result_.rows || (status_ == "finished" && beat[1] < result_.rows)))
        fault("/heartbeat", fmt::format("counts {} rows; {} were committed", beat[1], result_.rows));
    });
    seen_.insert("/heartbeat");
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
