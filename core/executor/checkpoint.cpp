// core/executor/checkpoint.cpp -- states to files and back.
#include <weir/executor/checkpoint.hpp>

#include <weir/record/arrays_file.hpp>

namespace weir {
namespace {

constexpr std::string_view state_prefix = "state/", rows_prefix = "rows/", trace_prefix = "trace/";

void add_state(Arrays& arrays, const State& state) {
  for (const auto& [name, tensor] : state) arrays[std::string(state_prefix) + name] = array_of(tensor);
}

}  // namespace

Tensor saved_tensor(const Array& array, const at::TensorOptions& options) {
  return tensor_of(array, options.dtype(array.dtype == DType::float64 ? at::kDouble : at::kFloat));
}

void write_checkpoint(const std::filesystem::path& folder, const std::string& node,
                      const Checkpoint& checkpoint) {
  Arrays arrays;
  add_state(arrays, checkpoint.state);
  for (const auto& [path, rows] : checkpoint.rows) {
    arrays[std::string(rows_prefix) + path] = array_of(at::scalar_tensor(rows, at::kLong));
  }
  std::filesystem::create_directories(folder);
  write_arrays(folder / (node + ".h5"), arrays);
}

std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& folder, const std::string& node,
                                          const at::TensorOptions& options) {
  const auto file = folder / (node + ".h5");
  if (!std::filesystem::exists(file)) return std::nullopt;
  Checkpoint checkpoint;
  for (const auto& [name, array] : read_arrays(file)) {
    if (name.starts_with(state_prefix))
      checkpoint.state[name.substr(state_prefix.size())] = saved_tensor(array, options);
    if (name.starts_with(rows_prefix))
      checkpoint.rows[name.substr(rows_prefix.size())] = *array.data<std::int64_t>();
  }
  return checkpoint;
}

void write_shared(const std::filesystem::path& folder, const std::string& key, const SharedResult& result) {
  Arrays arrays;
  add_state(arrays, result.state);
  for (const auto& [name, array] : result.rows) arrays[std::string(trace_prefix) + name] = array;
  std::filesystem::create_directories(folder);
  write_arrays(folder / (key + ".h5"), arrays);
}

bool is_shared(const std::filesystem::path& folder, const std::string& key) {
  return std::filesystem::exists(folder / (key + ".h5"));
}

std::optional<SharedResult> read_shared(const std::filesystem::path& folder, const std::string& key,
                                        const at::TensorOptions& options) {
  if (!is_shared(folder, key)) return std::nullopt;
  const auto file = folder / (key + ".h5");
  SharedResult result;
  for (const auto& [name, array] : read_arrays(file)) {
    if (name.starts_with(state_prefix))
      result.state[name.substr(state_prefix.size())] = saved_tensor(array, options);
    if (name.starts_with(trace_prefix)) result.rows[name.substr(trace_prefix.size())] = array;
  }
  return result;
}

}  // namespace weir
