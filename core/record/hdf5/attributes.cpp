// core/record/hdf5/attributes.cpp -- attributes that nobody asks for.
#include <weir/record/hdf5/attributes.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include <weir/record/data/record_error.hpp>
#include <weir/record/hdf5/bounds.hpp>

namespace weir::hdf5 {
namespace {

herr_t add_name(hid_t, const char* name, const H5A_info_t*, void* into) {
  static_cast<std::vector<std::string>*>(into)->emplace_back(name);
  return 0;
}

void read_attribute(const File& file, hid_t object, const std::string& name) {
  const Handle id(check(H5Aopen(object, name.c_str(), H5P_DEFAULT), file.path, "open attribute", name),
                  H5Aclose);
  const Handle type(check(H5Aget_type(id), file.path, "look at attribute", name), H5Tclose);
  if (H5Tdetect_class(type, H5T_VLEN) > 0 || H5Tis_variable_str(type) > 0) return;
  const Handle space(check(H5Aget_space(id), file.path, "look at attribute", name), H5Sclose);
  const auto count = static_cast<std::size_t>(
      check(H5Sget_simple_extent_npoints(space), file.path, "look at attribute", name));
  if (count > file_bytes(file) / std::max<std::size_t>(1, H5Tget_size(type)))
    throw RecordError(fmt::format("{}: attribute {} has {} values, more than the file has bytes",
                                  file.path.string(), name, count));
  std::vector<std::byte> bytes(count * H5Tget_size(type) + 1);
  check(H5Aread(id, type, bytes.data()), file.path, "read attribute", name);
}

void read_attributes(const File& file, const std::string& path) {
  const Handle object = open_object(file, path);
  std::vector<std::string> names;
  check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_name, &names), file.path,
        "list the attributes of", path);
  for (const std::string& name : names) read_attribute(file, object, name);
}

}  // namespace

void check_attributes(const File& file, const Unreadable& found) {
  const std::string name = file.path.string() + ": ";
  const auto said_elsewhere = [](const std::string&, const std::string&) {};  // by whoever reads the objects
  std::vector<std::string> paths = groups_below(file, "/", said_elsewhere);
  for (const std::string& path : objects_below(file, "/", said_elsewhere)) paths.push_back(path);
  for (const std::string& path : paths) {
    try {
      read_attributes(file, path);
    } catch (const RecordError& error) {
      std::string why = error.what();
      if (why.starts_with(name)) why.erase(0, name.size());
      found(path, why);
    }
  }
}

}  // namespace weir::hdf5
