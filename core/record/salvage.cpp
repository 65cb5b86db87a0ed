// core/record/salvage.cpp -- what is whole of a damaged record, as a record of its own.
#include <weir/record/salvage.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <set>

#include <weir/os/replace_file.hpp>
#include <weir/record/data/run_spec.hpp>
#include <weir/record/declared.hpp>
#include <weir/record/hdf5/bounds.hpp>
#include <weir/record/hdf5/committed_table.hpp>
#include <weir/record/hdf5/copies.hpp>
#include <weir/record/hdf5/heaps.hpp>
#include <weir/record/hdf5/pieces.hpp>
#include <weir/record/hdf5/signature.hpp>
#include <weir/record/hdf5/trace_sums.hpp>
#include <weir/record/schema.hpp>
#include <weir/record/write/heartbeat.hpp>
#include <weir/record/write/layout.hpp>
#include <weir/record/write/reserve.hpp>
#include <weir/record/write/revive.hpp>
#include <weir/record/write/trace_writer.hpp>

namespace weir {
namespace {

using hdf5::check;
using hdf5::File;
using hdf5::Handle;
using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::uint64_t spare_bytes = 1 << 20;
constexpr std::array parts{"/step", "/value", "/value_crc"};  // of a trace

// Rows [first, last) of a trace, appended one by one.
void append_rows(const File& from, const std::string& group, std::int64_t first, std::int64_t last,
                 const DatasetSpec& spec, record::TraceWriter& into) {
  const auto bytes_of = [&](const std::string& path) {
    std::vector<std::byte> all;
    hdf5::each_piece(
        from, path, hdf5::open_dataset(from, path), first, last,
        [&](std::span<const std::byte> piece) { all.insert(all.end(), piece.begin(), piece.end()); });
    return all;
  };
  const auto values = bytes_of(group + "/value"), steps = bytes_of(group + "/step");
  const std::size_t row = record::row_bytes(spec);
  for (std::int64_t i = 0; i < last - first; ++i) {
    std::int64_t step = 0;
    std::memcpy(&step, steps.data() + static_cast<std::size_t>(i) * sizeof step, sizeof step);
    const auto* begin = values.data() + static_cast<std::size_t>(i) * row;
    into.append(step,
                {spec.dtype, spec.shape, std::make_shared<const std::vector<std::byte>>(begin, begin + row)});
  }
}

class Salvage {
 public:
  Salvage(const File& from, const File& to) : from_(from), to_(to) {}

  std::vector<std::string> all() {
    const json datasets = parse_schema(hdf5::read_text(from_, "/schema"), from_.path.string()).at("datasets");
    committed_.resize(datasets.size());
    const auto before = record::CommittedTable::read(from_);
    for (std::size_t i = 0; i < committed_.size(); ++i) {
      const json& declared = datasets[i];
      const std::string path = declared.at("path");
      if (!declared.at("trace")) {
        tensors_[path] = i;
        if (before && i < before->size()) committed_[i] = (*before)[i];
        continue;
      }
      const std::string group = path.substr(0, path.rfind('/'));
      traces_.insert(group);
      attempt(group, [&] {
        trace(group, declared_spec(declared), before ? std::optional(before->at(i)) : std::nullopt,
              committed_[i]);
      });
    }
    hdf5::copy_attributes(from_, "/", to_, "/");
    const auto unreadable = [&](const std::string& path, const std::string& why) { leave(path, why); };
    for (const std::string& path : hdf5::objects_below(from_, "/", unreadable)) dataset(path);
    attempt("/references", [&] {
      record::require_heaps(from_);
      for (const std::string& path : copied_)
        attempt(path, [&] { hdf5::attach_scales(from_, path, to_, path); });
    });
    finish();
    return std::move(left_);
  }

 private:
  void leave(const std::string& path, std::string why) {
    if (const std::string name = from_.path.string() + ": "; why.starts_with(name)) why.erase(0, name.size());
    left_.push_back(fmt::format("{}: left out: {}", path, why));
  }

  template <class Work>
  void attempt(const std::string& path, const Work& work) {
    try {
      work();
    } catch (const std::exception& error) {  // also of a /schema that is not as it was written
      leave(path, error.what());
    }
  }

  void groups_of(const std::string& path) {
    for (std::size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1)) {
      const std::string group = path.substr(0, end);
      if (hdf5::exists(to_.id, group)) continue;
      hdf5::create_group(to_, group);
      hdf5::copy_attributes(from_, group, to_, group);
    }
  }

  void trace(const std::string& group, const DatasetSpec& spec, const std::optional<Committed>& before,
             Committed& now) {
    require_as_declared(from_, spec);
    // Without /committed those rows count that whole blocks vouch for.
    const std::int64_t whole = record::rows_of_trace(from_, group) / record::block_rows * record::block_rows;
    const record::TraceDamage damage =
        record::damage_of(from_, group, before.value_or(Committed{whole, 0, 0}));
    if (damage.steps && before) throw RecordError("its steps are damaged");
    groups_of(group + "/value");
    for (const auto* part : parts) hdf5::create_like(from_, group + part, to_, group + part);
    try {
      record::TraceWriter into(to_, spec, {});
      const std::set<std::int64_t> bad(damage.blocks.begin(), damage.blocks.end());
      for (std::int64_t first = 0; first < damage.rows; first += record::block_rows) {
        const std::int64_t last = std::min(first + record::block_rows, damage.rows);
        if (!bad.contains(first / record::block_rows)) append_rows(from_, group, first, last, spec, into);
      }
      into.close();
      now = into.end();
    } catch (const RecordError&) {  // no part of it stays
      for (const auto* part : parts) H5Ldelete(to_.id, (group + part).c_str(), H5P_DEFAULT);
      throw;
    }
    for (const auto* part : parts) copied_.push_back(group + part);
    if (!before)
      left_.push_back(fmt::format("{}: nothing says how many rows were whole; {} are kept", group, now.rows));
    for (const std::string& sentence : before ? record::sentences(damage) : std::vector<std::string>())
      left_.push_back(fmt::format("{}: {}: these are left out, {} rows are kept", group, sentence, now.rows));
  }

  void dataset(const std::string& path) {
    const std::string group = path.substr(0, path.rfind('/'));
    const std::string name = path.substr(path.rfind('/') + 1);
    if (traces_.contains(group) && (name == "value" || name == "step" || name == "value_crc")) return;
    const std::set<std::string> made_anew{"/committed", "/status", "/message", "/heartbeat", "/references"};
    if (made_anew.contains(path)) return;
    const auto tensor = tensors_.find(path);
    Committed* const committed = tensor == tensors_.end() ? nullptr : &committed_[tensor->second];
    const std::int64_t sum = committed ? committed->value_crc : 0;
    bool there = false;
    attempt(path, [&] {
      hdf5::require_whole(from_, path, sum != 0 ? std::optional(sum) : std::nullopt);
      groups_of(path);
      hdf5::copy_dataset(from_, path, to_, path);
      copied_.push_back(path);
      there = true;
    });
    if (committed && !there) *committed = {};
  }

  void finish() {
    hdf5::create_text(to_, "/status", "salvaged", record::status_capacity);
    hdf5::create_text(to_, "/message",
                      fmt::format("salvaged from {} on {}; left out: {}", from_.path.filename().string(),
                                  record::now_utc(), left_.size()),
                      record::message_capacity);
    for (const auto* path : {"/status", "/message"}) hdf5::sign(to_, path);
    record::CommittedTable::create(to_, committed_.size());
    record::CommittedTable(to_).write(committed_);
    std::int64_t rows = 0;
    for (const auto& group : traces_)
      if (hdf5::exists(to_.id, group + "/value")) rows += record::rows_of_trace(to_, group);
    record::Heartbeat::create(to_);
    record::Heartbeat{0, rows, 0, 1}.write(to_, hdf5::open_dataset(to_, "/heartbeat"));
    check(H5Fflush(to_.id, H5F_SCOPE_LOCAL), to_.path, "write", "it");
    record::sign_heaps(to_);
  }

  const File &from_, &to_;
  std::map<std::string, std::size_t> tensors_;
  std::set<std::string> traces_;
  std::vector<std::string> copied_;
  std::vector<Committed> committed_;
  std::vector<std::string> left_;
};

}  // namespace

std::vector<std::string> salvage_record(const fs::path& from, const fs::path& to) {
  if (fs::exists(to)) throw RecordError(fmt::format("{}: it exists already; name a new file", to.string()));
  const hdf5::Turn turn;
  const File source{from, hdf5::open_for_reading(from, hdf5::End::cut_off)};
  if (!record::is_record(source))
    throw RecordError(fmt::format("{}: cannot salvage it: it is not a weir record", from.string()));
  try {
    os::Replacement fresh(to);
    const Handle access = hdf5::access_properties();
    File target{to, Handle(check(H5Fcreate(fresh.temporary().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), to,
                                 "create", "it"),
                           H5Fclose)};
    std::vector<std::string> left;
    try {
      // First of all: what cannot be written later would be taken for what cannot be read.
      void* descriptor = nullptr;
      check(H5Fget_vfd_handle(target.id, H5P_DEFAULT, &descriptor), to, "reach", "it");
      record::reserve(*static_cast<int*>(descriptor), hdf5::file_bytes(source) + spare_bytes, to);
      left = Salvage(source, target).all();
      check(H5Fflush(target.id, H5F_SCOPE_LOCAL), to, "write", "it");
    } catch (const RecordError&) {
      record::let_go(target.id);
      throw;
    }
    check(target.id.reset(), to, "close", "it");
    fresh.put_in_place();
    return left;
  } catch (const os::FileError& error) {
    throw RecordError(error.what());
  }
}

}  // namespace weir
