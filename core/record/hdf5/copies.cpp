// core/record/hdf5/copies.cpp -- datasets and attributes from one file to another.
#include <weir/record/hdf5/copies.hpp>

#include <algorithm>
#include <vector>

namespace weir::hdf5 {
namespace {

herr_t add_name(hid_t, const char* name, const H5A_info_t*, void* into) {
  static_cast<std::vector<std::string>*>(into)->emplace_back(name);
  return 0;
}

herr_t add_scale(hid_t, unsigned, hid_t scale, void* into) {
  std::string name(static_cast<std::size_t>(std::max<ssize_t>(0, H5Iget_name(scale, nullptr, 0))), '\0');
  H5Iget_name(scale, name.data(), name.size() + 1);
  static_cast<std::vector<std::string>*>(into)->push_back(std::move(name));
  return 0;
}

void copy_attribute(const File& from, hid_t source, const File& to, hid_t target, const std::string& name) {
  const Handle old(check(H5Aopen(source, name.c_str(), H5P_DEFAULT), from.path, "open attribute", name),
                   H5Aclose);
  const Handle type(H5Aget_type(old), H5Tclose);
  // References are made anew; lists of any length, which Weir does not write, lie in a heap that HDF5 does not check.
  if (name == "REFERENCE_LIST" || H5Tdetect_class(type, H5T_REFERENCE) > 0 ||
      H5Tdetect_class(type, H5T_VLEN) > 0 || H5Tis_variable_str(type) > 0)
    return;
  const Handle space(H5Aget_space(old), H5Sclose);
  const auto count = static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space)));
  std::vector<std::byte> bytes(std::max<std::size_t>(1, count * H5Tget_size(type)));
  check(H5Aread(old, type, bytes.data()), from.path, "read attribute", name);
  const Handle fresh(check(H5Acreate2(target, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), to.path,
                           "create attribute", name),
                     H5Aclose);
  check(H5Awrite(fresh, type, bytes.data()), to.path, "write attribute", name);
}

}  // namespace

void copy_attributes(const File& from, const std::string& path, const File& to, const std::string& into) {
  const Handle source = open_object(from, path), target = open_object(to, into);
  std::vector<std::string> names;
  check(H5Aiterate2(source, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_name, &names), from.path,
        "list attributes of", path);
  for (const std::string& name : names) copy_attribute(from, source, to, target, name);
}

void copy_dataset(const File& from, const std::string& path, const File& to, const std::string& into) {
  const Handle properties(H5Pcreate(H5P_OBJECT_COPY), H5Pclose);
  H5Pset_copy_object(properties, H5O_COPY_WITHOUT_ATTR_FLAG);
  check(H5Ocopy(from.id, path.c_str(), to.id, into.c_str(), properties, H5P_DEFAULT), from.path, "copy",
        path);
  copy_attributes(from, path, to, into);
}

void create_like(const File& from, const std::string& path, const File& to, const std::string& into) {
  const Handle old = open_dataset(from, path);
  const Handle type(H5Dget_type(old), H5Tclose), properties(H5Dget_create_plist(old), H5Pclose);
  const Handle space(H5Dget_space(old), H5Sclose);
  std::vector<hsize_t> now(shape_of(old).size()), most(now.size());
  H5Sget_simple_extent_dims(space, now.data(), most.data());
  if (!now.empty()) now[0] = 0;
  const Handle empty(H5Screate_simple(static_cast<int>(now.size()), now.data(), most.data()), H5Sclose);
  const Handle fresh(check(H5Dcreate2(to.id, into.c_str(), type, empty, H5P_DEFAULT, properties, H5P_DEFAULT),
                           to.path, "create", into),
                     H5Dclose);
  copy_attributes(from, path, to, into);
}

void attach_scales(const File& from, const std::string& path, const File& to, const std::string& into) {
  const Handle old = open_dataset(from, path), fresh = open_dataset(to, into);
  if (H5DSis_scale(old) > 0) return;
  for (unsigned axis = 0; axis < shape_of(old).size(); ++axis) {
    std::vector<std::string> scales;
    H5DSiterate_scales(old, axis, nullptr, add_scale, &scales);
    for (const std::string& scale : scales)
      if (exists(to.id, scale))
        check(H5DSattach_scale(fresh, open_dataset(to, scale), axis), to.path, "attach the dimension scale",
              scale);
  }
}

}  // namespace weir::hdf5
