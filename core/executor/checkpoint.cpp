// core/executor/checkpoint.cpp -- states to files and back.
#include <weir/executor/checkpoint.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <weir/front/plugins/digest.hpp>
#include <weir/record/arrays_file.hpp>
#include <weir/record/data/record_error.hpp>

namespace weir {
namespace {

constexpr std::string_view state_prefix = "state/", rows_prefix = "rows/", trace_prefix = "trace/";
constexpr auto run_name = "run_id", node_name = "node", key_name = "key";
constexpr auto remedy = "remove it, and its node starts over";

// A file system takes names of 255 bytes, and some take A for a: long names, and those with capitals, end in a part of their hash.
// Whose the file is it says itself.
std::filesystem::path file_of(const std::filesystem::path& folder, const std::string& node) {
  constexpr std::size_t most = 100, kept = 80, digits = 12;
  const bool capitals = std::ranges::any_of(node, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (node.size() <= most && !capitals) return folder / (node + ".h5");
  return folder / (node.substr(0, kept) + "-" + sha256(node).substr(0, digits) + ".h5");
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw RecordError(fmt::format("{}: cannot create it: {}", folder.string(), error.message()));
}

// Throws RecordError unless the file says of itself that it is `own`.
void require_own(const std::filesystem::path& file, const Arrays& arrays, const std::string& name,
                 const std::string& own) {
  const auto found = arrays.find(name);
  std::string says = "nothing";
  if (found != arrays.end() && found->second.dtype == DType::uint8 && found->second.bytes)
    says.assign(reinterpret_cast<const char*>(found->second.bytes->data()), found->second.bytes->size());
  if (says != own)
    throw RecordError(fmt::format("{}: it is not of this run: its {} is {}, this one's is {}; {}",
                                  file.string(), name, says, own, remedy));
}

void add_state(Arrays& arrays, const State& state) {
  for (const auto& [name, tensor] : state) arrays[std::string(state_prefix) + name] = array_of(tensor);
}

}  // namespace

Tensor saved_tensor(const Array& array, const at::TensorOptions& options) {
  return tensor_of(array, options.dtype(array.dtype == DType::float64 ? at::kDouble : at::kFloat));
}

void write_checkpoint(const std::filesystem::path& folder, const std::string& run_id, const std::string& node,
                      const Checkpoint& checkpoint) {
  Arrays arrays;
  add_state(arrays, checkpoint.state);
  for (const auto& [path, kept] : checkpoint.rows)
    arrays[std::string(rows_prefix) + path] =
        array_of(at::tensor({kept.rows, kept.value_crc, kept.step_crc}, at::kLong));
  make_folder(folder);
  write_arrays(file_of(folder, node), arrays, {{run_name, run_id}, {node_name, node}});
}

std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& folder, const std::string& run_id,
                                          const std::string& node, const at::TensorOptions& options) {
  const auto file = file_of(folder, node);
  if (!std::filesystem::exists(file)) return std::nullopt;
  const Arrays arrays = read_arrays(file);
  require_own(file, arrays, run_name, run_id);
  require_own(file, arrays, node_name, node);
  Checkpoint checkpoint;
  for (const auto& [name, array] : arrays) {
    if (name.starts_with(state_prefix))
      checkpoint.state[name.substr(state_prefix.size())] = saved_tensor(array, options);
    if (!name.starts_with(rows_prefix)) continue;
    if (array.dtype != DType::int64 || array.count() != 3 || *array.data<std::int64_t>() < 0)
      throw RecordError(
          fmt::format("{}: {} is not (rows, value_crc, step_crc); {}", file.string(), name, remedy));
    const std::int64_t* kept = array.data<std::int64_t>();
    checkpoint.rows[name.substr(rows_prefix.size())] = {kept[0], kept[1], kept[2]};
  }
  return checkpoint;
}

void write_shared(const std::filesystem::path& folder, const std::string& key, const SharedResult& result) {
  Arrays arrays;
  add_state(arrays, result.state);
  for (const auto& [name, array] : result.rows) arrays[std::string(trace_prefix) + name] = array;
  make_folder(folder);
  write_arrays(folder / (key + ".h5"), arrays, {{key_name, key}});
}

bool is_shared(const std::filesystem::path& folder, const std::string& key) {
  return std::filesystem::exists(folder / (key + ".h5"));
}

std::optional<SharedResult> read_shared(const std::filesystem::path& folder, const std::string& key,
                                        const at::TensorOptions& options) {
  if (!is_shared(folder, key)) return std::nullopt;
  const auto file = folder / (key + ".h5");
  const Arrays arrays = read_arrays(file);
  require_own(file, arrays, key_name, key);
  SharedResult result;
  for (const auto& [name, array] : arrays) {
    if (name.starts_with(state_prefix))
      result.state[name.substr(state_prefix.size())] = saved_tensor(array, options);
    if (name.starts_with(trace_prefix)) result.rows[name.substr(trace_prefix.size())] = array;
  }
  return result;
}

}  // namespace weir
