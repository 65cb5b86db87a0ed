// core/record/hdf5/scales.cpp -- dimension scales as netCDF-4 writes them.
#include <weir/record/hdf5/scales.hpp>

#include <fmt/format.h>

#include <span>

#include <weir/record/hdf5/signature.hpp>

namespace weir::record {
namespace {

hdf5::Handle create_scale(const hdf5::File& file, const std::string& path, hid_t type, std::int64_t size) {
  const hsize_t now = size < 0 ? 0 : static_cast<hsize_t>(size);
  const hsize_t most = size < 0 ? H5S_UNLIMITED : now;
  const hdf5::Handle space(H5Screate_simple(1, &now, &most), H5Sclose);
  const hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties, false);
  const hsize_t chunk = 1024;
  if (size < 0) H5Pset_chunk(properties, 1, &chunk);
  return {hdf5::check(H5Dcreate2(file.id, path.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT),
                      file.path, "create", path),
          H5Dclose};
}

herr_t set_extent(hid_t, unsigned, hid_t scale, void* size) {
  const hsize_t now = static_cast<hsize_t>(hdf5::shape_of(scale).at(0));
  const hsize_t wanted = *static_cast<hsize_t*>(size);
  // The largest of the datasets on this axis, whatever their order.
  return wanted > now ? H5Dset_extent(scale, &wanted) : 0;
}

}  // namespace

void Scales::own(hid_t dataset, const std::string& path, const std::string& dim, std::int64_t size) {
  hdf5::check(H5DSset_scale(dataset, dim.c_str()), file_.path, "make a dimension scale of", path);
  const std::string group = path.substr(0, path.rfind('/'));
  found_[{group + "/" + dim, size}] = path;
}

void Scales::attach(hid_t dataset, const std::string& group, unsigned axis, const std::string& dim,
                    std::int64_t size, const DatasetSpec& spec) {
  hdf5::check(H5DSset_label(dataset, axis, dim.c_str()), file_.path, "label an axis of", group);
  std::string path;
  if (const auto given = spec.scales.find(dim); given != spec.scales.end())
    path = with_values(dataset, group, dim, size, given->second.first, given->second.second);
  if (path.empty()) path = without_values(group, dim, size);
  const hdf5::Handle scale = hdf5::open_dataset(file_, path);
  hdf5::check(H5DSattach_scale(dataset, scale, axis), file_.path, "attach the dimension scale", path);
}

std::string Scales::with_values(hid_t dataset, const std::string& group, const std::string& dim,
                                std::int64_t size, const std::string& name, const Array& values) {
  const std::string path = group + "/" + name;
  const std::int64_t count = values.count();
  const bool edges = count == size + 1 && size >= 0;
  if (count != size && !edges)
    throw RecordError(
        fmt::format("{}: the scale {} has {} values; its axis '{}' has {} (edges may have one more)",
                    file_.path.string(), path, count, dim, size));
  if (const auto made = sizes_.find(path); made == sizes_.end()) {
    if (taken_.contains(path))
      throw RecordError(fmt::format("{}: the scale {} has the name of a dataset; give it another",
                                    file_.path.string(), path));
    const hdf5::Handle scale = create_scale(file_, path, hdf5::file_type(values.dtype), count);
    if (count > 0)
      hdf5::check(H5Dwrite(scale, hdf5::memory_type(values.dtype), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                           values.bytes->data()),
                  file_.path, "write", path);
    if (count > 0) hdf5::sign(file_, scale, std::span(*values.bytes));
    // Its axis carries the scale's name, so that the scale is a coordinate variable to netCDF.
    hdf5::check(H5DSset_scale(scale, name.c_str()), file_.path, "make a dimension scale of", path);
    sizes_[path] = count;
  } else if (made->second != count) {
    throw RecordError(fmt::format("{}: the scale {} is declared with {} and with {} values",
                                  file_.path.string(), path, made->second, count));
  }
  if (!edges) return path;
  hdf5::text_attribute(file_, dataset, dim + "_edges", name);
  return {};
}

std::string Scales::without_values(const std::string& group, const std::string& dim, std::int64_t size) {
  const auto key = std::make_pair(group + "/" + dim, size);
  if (const auto made = found_.find(key); made != found_.end()) return made->second;
  std::string path = group + "/" + dim;
  if (taken_.contains(path) || hdf5::exists(file_.id, path))
    path += size < 0 ? "_n" : fmt::format("_{}", size);
  while (taken_.contains(path) || hdf5::exists(file_.id, path)) path += "_";
  const hdf5::Handle scale = create_scale(file_, path, H5T_IEEE_F32LE, size);
  const std::string name =
      fmt::format("This is a netCDF dimension but not a netCDF variable.{:10d}", size < 0 ? 0 : size);
  hdf5::check(H5DSset_scale(scale, name.c_str()), file_.path, "make a dimension scale of", path);
  found_[key] = path;
  return path;
}

void grow_scale(const hdf5::File& file, hid_t dataset, const std::string& path, std::int64_t size) {
  auto wanted = static_cast<hsize_t>(size);
  hdf5::check(H5DSiterate_scales(dataset, 0, nullptr, set_extent, &wanted), file.path,
              "resize the dimension scale of", path);
}

}  // namespace weir::record
