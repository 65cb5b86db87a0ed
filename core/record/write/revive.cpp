// core/record/write/revive.cpp -- taking up a record again.
#include <weir/record/write/revive.hpp>

#include <weir/record/data/computation.hpp>
#include <weir/record/hdf5/attributes.hpp>
#include <weir/record/hdf5/heaps.hpp>
#include <weir/record/hdf5/signature.hpp>
#include <weir/record/hdf5/trace_sums.hpp>
#include <weir/text/shell_word.hpp>

#include <fmt/format.h>

#include <set>

namespace weir::record {

using hdf5::check;
using hdf5::Handle;

namespace {

[[noreturn]] void refuse_damaged(const hdf5::File& file, std::string what) {
  const std::string name = file.path.string();
  if (what.starts_with(name + ": ")) what.erase(0, name.size() + 2);
  throw RecordError(fmt::format(
      "{}: cannot resume it: {}; `weir verify {} --salvage NEW.h5` keeps what is whole, --force starts over",
      name, what, path_word(name)));
}

}  // namespace

void clear_flags(const std::filesystem::path& file) {
  const hdf5::Turn turn;
  const Handle access = hdf5::access_properties();
  const hbool_t yes = true;
  // What h5clear does, all in one opening: its separate steps are what lost data.
  check(H5Pset(access, "clear_status_flags", &yes), file, "prepare", "it");
  check(H5Pset(access, "skip_eof_check", &yes), file, "prepare", "it");
  Handle id(check(H5Fopen(file.c_str(), H5F_ACC_RDWR, access), file, "open", "it"), H5Fclose);
  check(H5Fincrement_filesize(id, 0), file, "keep the size of", "it");
  check(id.reset(), file, "close", "it");
}

bool is_record(const hdf5::File& file) {
  if (H5Aexists(file.id, "weir_format") <= 0) return false;
  return hdf5::exists(file.id, "/status") && hdf5::exists(file.id, "/pipeline/resolved_json") &&
         hdf5::exists(file.id, nodes_group);
}

void require_resumable(const hdf5::File& file, const RunSpec& run) {
  const std::string name = file.path.string();
  if (!is_record(file)) throw RecordError(fmt::format("{}: cannot resume it: it is not a weir record", name));
  if (hdf5::read_text(file, "/status") == "finished")
    throw RecordError(fmt::format("{}: cannot resume it: it is finished; use --force to start over", name));
  if (hdf5::read_text(file, "/status") == "salvaged")
    throw RecordError(fmt::format(
        "{}: cannot resume it: it is what was salvaged of a damaged record; choose another output (-o)",
        name));
  const auto resolved =
      nlohmann::json::parse(hdf5::read_text(file, "/pipeline/resolved_json"), nullptr, false);
  if (!same_computation(resolved, run.resolved_json))
    throw RecordError(
        fmt::format("{}: cannot resume it: it records another pipeline; choose another output (-o) or start "
                    "over with --force",
                    name));
}

void require_signed_parts(const hdf5::File& file, const RunSpec& run) {
  std::set<std::string> written_anew{"/status", "/message", "/heartbeat", "/committed"};
  for (const auto& spec : run.datasets)
    for (const auto* part : {"", "/value", "/step", "/value_crc"}) written_anew.insert(path_of(spec) + part);
  for (const std::string& path : hdf5::objects_below(file, "/")) {
    if (written_anew.contains(path)) continue;
    try {
      hdf5::require_whole(file, path);
    } catch (const RecordError& error) {
      refuse_damaged(file, error.what());
    }
  }
  hdf5::check_attributes(file, [&](const std::string& path, const std::string& why) {
    refuse_damaged(file, fmt::format("{}: {}", path, why));
  });
  try {
    require_heaps(file);
  } catch (const RecordError& error) {
    refuse_damaged(file, error.what());
  }
}

void require_rows(const hdf5::File& file, const std::string& trace, const Committed& kept) {
  const std::int64_t there = rows_of_trace(file, trace);
  if (there < kept.rows)
    throw RecordError(fmt::format(
        "{}: cannot resume it: {} has {} rows, the checkpoint needs {}; use --force to start over",
        file.path.string(), trace, there, kept.rows));
  if (const auto damage = damage_of(file, trace, kept); damage.any())
    refuse_damaged(file, fmt::format("{}: {}", trace, sentences(damage).front()));
}

}  // namespace weir::record
