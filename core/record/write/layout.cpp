// core/record/write/layout.cpp -- nodes and datasets, declared before the first row.
#include <weir/record/write/layout.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <weir/record/hdf5/scales.hpp>
#include <weir/record/hdf5/signature.hpp>
#include <weir/record/hdf5/trace_sums.hpp>

namespace weir::record {
namespace {

using hdf5::check;
using hdf5::File;
using hdf5::Handle;

constexpr std::size_t small_tensor = 64 * 1024;
constexpr std::size_t trace_chunk_bytes = 64 * 1024;
constexpr std::size_t tensor_chunk_bytes = 512 * 1024;
constexpr std::size_t largest_chunk = 1u << 30;  // HDF5 allows 4 GiB

std::size_t count_of(const std::vector<std::int64_t>& shape) {
  std::size_t n = 1;
  for (const auto size : shape) n *= static_cast<std::size_t>(size);
  return n;
}

// Halves axes from the first on until a chunk is small enough for HDF5.
void keep_below_limit(std::vector<std::int64_t>& chunk, std::size_t element) {
  for (std::size_t axis = 0; axis < chunk.size(); ++axis)
    while (count_of(chunk) * element > largest_chunk && chunk[axis] > 1) chunk[axis] = (chunk[axis] + 1) / 2;
}

Handle properties_of_dataset(DType dtype) {
  Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties, false);
  // Attributes stay in the object header: they need no index.
  H5Pset_attr_phase_change(properties, 64, 48);
  const float missing32 = std::numeric_limits<float>::quiet_NaN();
  const double missing64 = std::numeric_limits<double>::quiet_NaN();
  if (dtype == DType::float32) H5Pset_fill_value(properties, H5T_NATIVE_FLOAT, &missing32);
  if (dtype == DType::float64) H5Pset_fill_value(properties, H5T_NATIVE_DOUBLE, &missing64);
  return properties;
}

void set_chunk(hid_t properties, const std::vector<std::int64_t>& chunk) {
  const std::vector<hsize_t> sizes(chunk.begin(), chunk.end());
  H5Pset_chunk(properties, static_cast<int>(sizes.size()), sizes.data());
}

// `shape` with -1 for an axis that grows.
Handle create_dataset(const File& file, const std::string& path, DType dtype,
                      const std::vector<std::int64_t>& shape, hid_t properties) {
  std::vector<hsize_t> now, most;
  for (const auto size : shape) {
    now.push_back(size < 0 ? 0 : static_cast<hsize_t>(size));
    most.push_back(size < 0 ? H5S_UNLIMITED : static_cast<hsize_t>(size));
  }
  const Handle space =
      shape.empty()
          ? hdf5::space_of({})
          : Handle(H5Screate_simple(static_cast<int>(now.size()), now.data(), most.data()), H5Sclose);
  return {check(H5Dcreate2(file.id, path.c_str(), hdf5::file_type(dtype), space, H5P_DEFAULT, properties,
                           H5P_DEFAULT),
                file.path, "create", path),
          H5Dclose};
}

void describe(const File& file, hid_t dataset, const DatasetSpec& spec) {
  hdf5::text_attribute(file, dataset, "units", spec.unit);
  hdf5::text_attribute(file, dataset, "long_name", spec.description.empty() ? spec.name : spec.description);
  for (const auto& [name, text] : spec.attributes) hdf5::text_attribute(file, dataset, name, text);
  for (const auto& [name, bytes] : spec.reserved) hdf5::reserve_attribute(file, dataset, name, bytes);
}

std::string dim_name(const DatasetSpec& spec, std::size_t axis) {
  return axis < spec.dims.size() && !spec.dims[axis].empty() ? spec.dims[axis] : fmt::format("axis{}", axis);
}

bool is_own_coordinate(const DatasetSpec& spec) {
  return !spec.trace && spec.shape.size() == 1 && spec.scales.empty() && spec.name == dim_name(spec, 0);
}

void declare_tensor(const File& file, const DatasetSpec& spec, Scales& scales) {
  const std::string path = path_of(spec);
  const std::string group = path.substr(0, path.rfind('/'));
  hdf5::create_group(file, group);
  const Handle properties = properties_of_dataset(spec.dtype);
  const bool grows = !spec.shape.empty() && spec.shape[0] < 0;
  if (!grows && count_of(spec.shape) * size_of(spec.dtype) <= small_tensor) {
    H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
  } else {
    set_chunk(properties, tensor_chunk(spec.shape, size_of(spec.dtype)));
    H5Pset_fletcher32(properties);
  }
  const Handle dataset = create_dataset(file, path, spec.dtype, spec.shape, properties);
  describe(file, dataset, spec);
  if (!hdf5::has_own_checksum(dataset)) hdf5::reserve_signature(file, dataset);
  if (is_own_coordinate(spec)) return scales.own(dataset, path, spec.name, spec.shape[0]);
  for (std::size_t axis = 0; axis < spec.shape.size(); ++axis)
    scales.attach(dataset, group, static_cast<unsigned>(axis), dim_name(spec, axis), spec.shape[axis], spec);
}

Handle declare_rows(const File& file, const std::string& path, DType dtype,
                    const std::vector<std::int64_t>& row) {
  std::vector<std::int64_t> shape{-1};
  // HDF5 wants a chunk of at least 1 and none above a fixed size: an axis of size 0 may grow, though it never
  // does.
  for (const auto size : row) shape.push_back(size == 0 ? -1 : size);
  const Handle properties = properties_of_dataset(dtype);
  set_chunk(properties, trace_chunk(row, size_of(dtype)));
  return create_dataset(file, path, dtype, shape, properties);
}

void declare_trace(const File& file, const DatasetSpec& spec, Scales& scales) {
  const std::string group = path_of(spec);
  std::vector<std::string> axes{"step"};
  for (std::size_t axis = 0; axis < spec.shape.size(); ++axis) axes.push_back(dim_name(spec, axis));
  {
    const Handle id = hdf5::create_group(file, group);
    hdf5::text_attribute(file, id, "NX_class", "NXdata");
    hdf5::text_attribute(file, id, "signal", "value");
    hdf5::texts_attribute(file, id, "axes", axes);
  }
  const Handle step = declare_rows(file, group + "/step", DType::int64, {});
  hdf5::text_attribute(file, step, "units", "1");
  hdf5::text_attribute(file, step, "long_name", "step of the run that the row belongs to");
  check(H5DSset_scale(step, "step"), file.path, "make a dimension scale of", group + "/step");

  const Handle value = declare_rows(file, group + "/value", spec.dtype, spec.shape);
  describe(file, value, spec);
  hdf5::json_attribute(file, value, "block_rows", block_rows);
  check(H5DSset_label(value, 0, "step"), file.path, "label an axis of", group);
  check(H5DSattach_scale(value, step, 0), file.path, "attach the dimension scale", group + "/step");
  for (std::size_t axis = 0; axis < spec.shape.size(); ++axis)
    scales.attach(value, group, static_cast<unsigned>(axis + 1), dim_name(spec, axis), spec.shape[axis],
                  spec);

  const Handle crc = declare_rows(file, group + "/value_crc", DType::int64, {});
  hdf5::text_attribute(file, crc, "units", "1");
  hdf5::text_attribute(file, crc, "long_name",
                       "crc32c of each block of block_rows rows of value, little endian");
  // Its own coordinate: netCDF readers want a scale on every axis.
  check(H5DSset_scale(crc, "value_crc"), file.path, "make a dimension scale of", group + "/value_crc");
}

void require_sound(const File& file, const DatasetSpec& spec) {
  const auto refuse = [&](const std::string& why) {
    throw RecordError(fmt::format("{}: cannot declare {}: {}", file.path.string(), key_of(spec), why));
  };
  if (spec.node.empty() || spec.name.empty()) refuse("a dataset needs a node and a name");
  for (std::size_t axis = 0; axis < spec.shape.size(); ++axis)
    if (spec.shape[axis] < (axis == 0 && !spec.trace ? -1 : 0))
      refuse(fmt::format("shape [{}]: only a tensor's first size may be open (-1)",
                         fmt::join(spec.shape, ", ")));
}

}  // namespace

std::size_t row_bytes(const DatasetSpec& spec) { return count_of(spec.shape) * size_of(spec.dtype); }

std::vector<std::int64_t> trace_chunk(const std::vector<std::int64_t>& row, std::size_t element) {
  const std::size_t bytes = std::max<std::size_t>(1, count_of(row) * element);
  std::vector<std::int64_t> chunk{
      std::clamp<std::int64_t>(static_cast<std::int64_t>(trace_chunk_bytes / bytes), 1, 1024)};
  for (const auto size : row) chunk.push_back(std::max<std::int64_t>(1, size));
  keep_below_limit(chunk, element);
  return chunk;
}

std::vector<std::int64_t> tensor_chunk(const std::vector<std::int64_t>& shape, std::size_t element) {
  std::vector<std::int64_t> chunk;
  for (const auto size : shape) chunk.push_back(std::max<std::int64_t>(1, size));
  chunk[0] = 1;
  const std::size_t slice = count_of(chunk) * element;
  chunk[0] = std::max<std::int64_t>(1, static_cast<std::int64_t>(tensor_chunk_bytes / slice));
  if (shape[0] > 0) chunk[0] = std::min(chunk[0], shape[0]);
  // A slice larger than a chunk: cut the next axes.
  for (std::size_t axis = 1; axis < chunk.size(); ++axis)
    while (count_of(chunk) * element > 2 * tensor_chunk_bytes && chunk[axis] > 1)
      chunk[axis] = (chunk[axis] + 1) / 2;
  return chunk;
}

void declare_nodes(const File& file, const RunSpec& run) {
  std::set<std::string> taken;
  for (const auto& node : run.nodes) taken.insert(record_path(node.node));
  for (const auto& spec : run.datasets) {
    require_sound(file, spec);
    const std::string path = path_of(spec);
    if (!taken.insert(path).second)
      throw RecordError(fmt::format("{}: cannot declare {}: that name is declared twice", file.path.string(),
                                    key_of(spec)));
    if (spec.trace)
      for (const auto* part : {"/value", "/step", "/value_crc"}) taken.insert(path + part);
  }

  hdf5::create_group(file, nodes_group);
  for (const auto& node : run.nodes) {
    const Handle group = hdf5::create_group(file, record_path(node.node));
    hdf5::text_attribute(file, group, "plugin", node.plugin);
    if (node.params.is_object())
      for (const auto& [name, value] : node.params.items()) hdf5::json_attribute(file, group, name, value);
  }
  Scales scales(file, std::move(taken));
  // Datasets that are coordinates come first, so that the others can take them as their scales.
  for (const auto& spec : run.datasets)
    if (is_own_coordinate(spec)) declare_tensor(file, spec, scales);
  for (const auto& spec : run.datasets) {
    if (is_own_coordinate(spec)) continue;
    if (spec.trace)
      declare_trace(file, spec, scales);
    else
      declare_tensor(file, spec, scales);
  }
}

void verify_layout(const File& file, const RunSpec& run) {
  for (const auto& spec : run.datasets) {
    const std::string path = path_of(spec) + (spec.trace ? "/value" : "");
    const auto refuse = [&](const std::string& why) {
      throw RecordError(fmt::format("{}: cannot resume it: {} {}; use --force to start over",
                                    file.path.string(), path, why));
    };
    if (!hdf5::exists(file.id, path)) refuse("is declared by this run but is not in the file");
    const Handle dataset = hdf5::open_dataset(file, path);
    const Handle type(H5Dget_type(dataset), H5Tclose);
    if (H5Tequal(type, hdf5::file_type(spec.dtype)) <= 0) refuse("has another number type");
    auto wanted = spec.shape;
    if (spec.trace) wanted.insert(wanted.begin(), -1);
    const auto found = hdf5::shape_of(dataset);
    bool same = found.size() == wanted.size();
    for (std::size_t axis = 0; same && axis < wanted.size(); ++axis)
      same = wanted[axis] < 0 || wanted[axis] == found[axis];
    if (!same)
      refuse(fmt::format("has shape [{}], this run declares [{}]", fmt::join(found, ", "),
                         fmt::join(wanted, ", ")));
  }
}

}  // namespace weir::record

namespace weir {

std::string path_of(const DatasetSpec& spec) { return record_path(spec.node) + "/" + spec.name; }

std::string key_of(const DatasetSpec& spec) { return spec.node + "." + spec.name; }

}  // namespace weir
