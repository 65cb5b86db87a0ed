// core/record/write/layout_run.cpp -- what a record says of its run: status, pipeline, provenance, attempts.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <sstream>
#include <string_view>

#include <weir/record/hdf5/committed_table.hpp>
#include <weir/record/hdf5/signature.hpp>
#include <weir/record/write/heartbeat.hpp>
#include <weir/record/write/layout.hpp>

namespace weir::record {
namespace {

using hdf5::check;
using hdf5::File;
using hdf5::Handle;

constexpr auto attempts = "/provenance/attempts";

// Without their checksums while `work` changes them, in the file too: what is killed in between leaves none that is wrong.
template <class Work>
void rewrite(const File& file, std::initializer_list<std::string> paths, const Work& work) {
  for (const std::string& path : paths) hdf5::unsign(file, path);
  check(H5Fflush(file.id, H5F_SCOPE_LOCAL), file.path, "flush", *paths.begin());
  work();
  for (const std::string& path : paths) hdf5::sign(file, path);
}

void declare_versions(const File& file, const std::string& group,
                      const std::vector<RunSpec::Version>& versions, bool files) {
  std::vector<std::string> name, version, path, sha256;
  for (const auto& each : versions) {
    name.push_back(each.name);
    version.push_back(each.version);
    path.push_back(each.file);
    sha256.push_back(each.sha256);
  }
  hdf5::create_group(file, group);
  hdf5::create_column(file, group + "/name", name);
  hdf5::create_column(file, group + "/version", version);
  if (!files) return;
  hdf5::create_column(file, group + "/file", path);
  hdf5::create_column(file, group + "/sha256", sha256);
}

Handle row_space(hid_t dataset, hsize_t row) {
  Handle space(H5Dget_space(dataset), H5Sclose);
  const hsize_t one = 1;
  H5Sselect_hyperslab(space, H5S_SELECT_SET, &row, nullptr, &one, nullptr);
  return space;
}

void write_row(const File& file, const std::string& path, hsize_t row, hid_t memory, const void* value) {
  Handle dataset = hdf5::open_dataset(file, path);
  if (static_cast<hsize_t>(hdf5::shape_of(dataset).at(0)) <= row) {
    const hsize_t size = row + 1;
    check(H5Dset_extent(dataset, &size), file.path, "extend", path);
  }
  const hsize_t one = 1;
  const Handle space = row_space(dataset, row);
  const Handle cell(H5Screate_simple(1, &one, nullptr), H5Sclose);
  check(H5Dwrite(dataset, memory, cell, space, H5P_DEFAULT, value), file.path, "write", path);
  check(dataset.reset(), file.path, "write", path);
}

void write_time(const File& file, const std::string& path, hsize_t row, const std::string& time) {
  std::array<char, time_capacity> text{};
  time.copy(text.data(), text.size());
  const Handle type = hdf5::text_type(time_capacity);
  write_row(file, path, row, type, text.data());
}

}  // namespace

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

nlohmann::json schema_of(const RunSpec& run) {
  std::map<std::string, std::string> plugin_of;
  nlohmann::json nodes = nlohmann::json::array();
  for (const auto& node : run.nodes) {
    plugin_of[node.node] = node.plugin;
    nodes.push_back({{"node", node.node},
                     {"path", record_path(node.node)},
                     {"plugin", node.plugin},
                     {"params", node.params}});
  }
  nlohmann::json datasets = nlohmann::json::array();
  for (const auto& spec : run.datasets) {
    nlohmann::json scales = nlohmann::json::object();
    for (const auto& [dim, scale] : spec.scales) scales[dim] = scale.first;
    datasets.push_back({{"path", path_of(spec) + (spec.trace ? "/value" : "")},
                        {"node", spec.node},
                        {"name", spec.name},
                        {"plugin", plugin_of[spec.node]},
                        {"trace", spec.trace},
                        {"dtype", name_of(spec.dtype)},
                        {"shape", spec.shape},
                        {"axes", spec.dims},
                        {"unit", spec.unit},
                        {"description", spec.description},
                        {"attributes", spec.attributes},
                        {"scales", scales},
                        {"yaml_line", spec.yaml_line},
                        {"rng", spec.rng}});
  }
  return {{"weir_format", "1.0"}, {"name", run.name}, {"nodes", nodes}, {"datasets", datasets}};
}

void declare_run(const File& file, const RunSpec& run) {
  hdf5::create_group(file, "/pipeline");
  hdf5::create_bytes(file, "/pipeline/source", run.source);
  hdf5::create_bytes(file, "/pipeline/resolved", run.resolved);
  hdf5::create_bytes(file, "/pipeline/resolved_json",
                     run.resolved_json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));

  const Handle root = hdf5::open_object(file, "/");
  std::string main_trace = run.main_trace.empty() ? "nodes" : record_path(run.main_trace).substr(1);
  const std::pair<const char*, std::string> attributes[] = {
      {"weir_format", "1.0"}, {"weir_version", WEIR_VERSION}, {"name", run.name},     {"run_id", run.run_id},
      {"created", now_utc()}, {"Conventions", "CF-1.10"},     {"default", main_trace}};
  for (const auto& [name, value] : attributes) hdf5::text_attribute(file, root, name, value);

  hdf5::create_text(file, "/status", "running", status_capacity);
  hdf5::create_text(file, "/message", "", message_capacity);
  hdf5::create_text(file, "/warnings", "", warnings_capacity);
  hdf5::sign(file, "/warnings");
  Heartbeat::create(file);
  CommittedTable::create(file, run.datasets.size());
  hdf5::create_bytes(file, "/schema",
                     schema_of(run).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));

  hdf5::create_group(file, "/provenance");
  for (const auto& [name, value] : run.provenance) hdf5::create_bytes(file, "/provenance/" + name, value);
  declare_versions(file, "/provenance/plugins", run.plugins, true);
  declare_versions(file, "/provenance/libraries", run.libraries, false);

  hdf5::create_group(file, attempts);
  hdf5::create_column(file, std::string(attempts) + "/start", {}, true, time_capacity);
  hdf5::create_column(file, std::string(attempts) + "/end", {}, true, time_capacity);
  const hsize_t none = 0, any = H5S_UNLIMITED, chunk = 16;
  const Handle space(H5Screate_simple(1, &none, &any), H5Sclose);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties, false);
  H5Pset_chunk(properties, 1, &chunk);
  const Handle exits(check(H5Dcreate2(file.id, "/provenance/attempts/exit", H5T_STD_I64LE, space, H5P_DEFAULT,
                                      properties, H5P_DEFAULT),
                           file.path, "create", "/provenance/attempts/exit"),
                     H5Dclose);
  hdf5::text_attribute(file, exits, "long_name",
                       "of the process: 0 finished, 75 interrupted, 2 or 3 failed; -1 running or killed");
}

std::int64_t begin_attempt(const File& file) {
  const std::string group = attempts;
  hsize_t row = 0;
  {
    const Handle exits = hdf5::open_dataset(file, group + "/exit");
    row = static_cast<hsize_t>(hdf5::shape_of(exits).at(0));
  }
  const std::int64_t running = -1;
  rewrite(file, {group + "/start", group + "/end", group + "/exit"}, [&] {
    write_time(file, group + "/start", row, now_utc());
    write_time(file, group + "/end", row, "");
    write_row(file, group + "/exit", row, H5T_NATIVE_INT64, &running);
  });
  return static_cast<std::int64_t>(row) + 1;
}

void end_attempt(const File& file, std::int64_t attempt, int exit) {
  const std::string group = attempts;
  const std::int64_t code = exit;
  const auto row = static_cast<hsize_t>(attempt - 1);
  rewrite(file, {group + "/end", group + "/exit"}, [&] {
    write_time(file, group + "/end", row, now_utc());
    write_row(file, group + "/exit", row, H5T_NATIVE_INT64, &code);
  });
}

void set_status(const File& file, const std::string& status, const std::string& message) {
  rewrite(file, {"/status", "/message"}, [&] {
    hdf5::rewrite_text(file, hdf5::open_dataset(file, "/message"), "/message", message);
    hdf5::rewrite_text(file, hdf5::open_dataset(file, "/status"), "/status", status);
  });
}

void add_warnings(const File& file, const std::vector<std::string>& warnings) {
  if (warnings.empty() || !hdf5::exists(file.id, "/warnings")) return;
  constexpr std::string_view more = "and more";
  std::vector<std::string> lines;
  std::istringstream before(hdf5::read_text(file, "/warnings"));
  for (std::string line; std::getline(before, line);) lines.push_back(line);
  for (const std::string& warning : warnings)
    if (std::ranges::find(lines, warning) == lines.end()) lines.push_back(warning);
  std::string all;
  for (const std::string& line : lines) {
    if (all.size() + line.size() + more.size() + 2 > warnings_capacity) {
      all += more;
      break;
    }
    all += line + "\n";
  }
  rewrite(file, {"/warnings"},
          [&] { hdf5::rewrite_text(file, hdf5::open_dataset(file, "/warnings"), "/warnings", all); });
}

void unsign_status(const File& file) {
  for (const auto* path : {"/status", "/message"}) hdf5::unsign(file, path);
}

}  // namespace weir::record
