// core/record/hdf5/attached.cpp -- which scale belongs to which axis, as both sides say it, and attributes that nobody asks for.
#include <weir/record/hdf5/attached.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <set>
#include <vector>

#include <weir/record/data/record_error.hpp>
#include <weir/record/hdf5/bounds.hpp>

namespace weir::hdf5 {
namespace {

struct Attached {
  haddr_t dataset = 0, scale = 0;  // addresses in the file
  unsigned axis = 0;

  auto operator<=>(const Attached&) const = default;
};

// An attribute, open; its values are `count`.
struct Attribute {
  Handle id, type, space;
  std::size_t count = 0;
};

Attribute open_attribute(const File& file, hid_t object, const std::string& name) {
  Attribute found;
  found.id =
      Handle(check(H5Aopen(object, name.c_str(), H5P_DEFAULT), file.path, "open attribute", name), H5Aclose);
  found.type = Handle(check(H5Aget_type(found.id), file.path, "look at attribute", name), H5Tclose);
  found.space = Handle(check(H5Aget_space(found.id), file.path, "look at attribute", name), H5Sclose);
  found.count = static_cast<std::size_t>(
      check(H5Sget_simple_extent_npoints(found.space), file.path, "look at attribute", name));
  if (found.count > file_bytes(file))
    throw RecordError(fmt::format("{}: attribute {} has {} values, more than the file has bytes",
                                  file.path.string(), name, found.count));
  return found;
}

// Variable lengths that HDF5 gave, given back.
struct Lists {
  Lists(const Attribute& attribute, hid_t type)
      : all(attribute.count), type_(type), space_(attribute.space) {}
  ~Lists() { H5Dvlen_reclaim(type_, space_, H5P_DEFAULT, all.data()); }
  Lists(const Lists&) = delete;
  Lists& operator=(const Lists&) = delete;

  std::vector<hvl_t> all;

 private:
  hid_t type_, space_;
};

herr_t add_name(hid_t, const char* name, const H5A_info_t*, void* into) {
  static_cast<std::vector<std::string>*>(into)->emplace_back(name);
  return 0;
}

haddr_t address_of(const File& file, const std::string& path) {
  H5O_info_t info{};
  check(H5Oget_info2(open_object(file, path), &info, H5O_INFO_BASIC), file.path, "look at", path);
  return info.addr;
}

// As the dataset says; empty where it says nothing.
std::set<Attached> scales_of(const File& file, const std::string& dataset) {
  const Handle object = open_object(file, dataset);
  std::set<Attached> found;
  if (check(H5Aexists(object, "DIMENSION_LIST"), file.path, "look at", dataset) == 0) return found;
  const Attribute attribute = open_attribute(file, object, "DIMENSION_LIST");
  const Handle type(H5Tvlen_create(H5T_STD_REF_OBJ), H5Tclose);
  Lists lists(attribute, type);
  check(H5Aread(attribute.id, type, lists.all.data()), file.path, "read attribute", "DIMENSION_LIST");
  const haddr_t own = address_of(file, dataset);
  for (unsigned axis = 0; axis < lists.all.size(); ++axis)
    for (std::size_t i = 0; i < lists.all[axis].len; ++i)
      found.insert({own, static_cast<const hobj_ref_t*>(lists.all[axis].p)[i], axis});
  return found;
}

// As the scale says.
std::set<Attached> datasets_of(const File& file, const std::string& scale) {
  struct Entry {
    hobj_ref_t dataset;
    unsigned axis;
  };
  const Handle object = open_object(file, scale);
  std::set<Attached> found;
  if (check(H5Aexists(object, "REFERENCE_LIST"), file.path, "look at", scale) == 0) return found;
  const Attribute attribute = open_attribute(file, object, "REFERENCE_LIST");
  const Handle type(H5Tcreate(H5T_COMPOUND, sizeof(Entry)), H5Tclose);
  H5Tinsert(type, "dataset", offsetof(Entry, dataset), H5T_STD_REF_OBJ);
  H5Tinsert(type, "dimension", offsetof(Entry, axis), H5T_NATIVE_UINT);
  std::vector<Entry> entries(attribute.count);
  check(H5Aread(attribute.id, type, entries.data()), file.path, "read attribute", "REFERENCE_LIST");
  const haddr_t own = address_of(file, scale);
  for (const Entry& entry : entries) found.insert({entry.dataset, own, entry.axis});
  return found;
}

void require_attributes(const File& file, const std::string& path) {
  const Handle object = open_object(file, path);
  std::vector<std::string> names;
  check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_name, &names), file.path,
        "list the attributes of", path);
  for (const std::string& name : names) {
    const Attribute attribute = open_attribute(file, object, name);
    // Lists of any length, which Weir does not write, are the axes' own.
    if (H5Tdetect_class(attribute.type, H5T_VLEN) > 0 || H5Tis_variable_str(attribute.type) > 0) continue;
    std::vector<std::byte> bytes(attribute.count * H5Tget_size(attribute.type) + 1);
    check(H5Aread(attribute.id, attribute.type, bytes.data()), file.path, "read attribute",
          path + "@" + name);
  }
}

}  // namespace

void check_attributes(const File& file, const Unreadable& found) {
  const std::string name = file.path.string() + ": ";
  const auto tried = [&](const std::string& path, const auto& work) {
    try {
      work();
    } catch (const RecordError& error) {
      std::string why = error.what();
      if (why.starts_with(name)) why.erase(0, name.size());
      found(path, why);
    }
  };
  const auto said_elsewhere = [](const std::string&, const std::string&) {};  // by whoever reads the objects
  for (const std::string& path : groups_below(file, "/", said_elsewhere))
    tried(path, [&] { require_attributes(file, path); });
  std::set<Attached> by_dataset, by_scale;
  std::map<haddr_t, std::string> path_at;
  for (const std::string& path : objects_below(file, "/", said_elsewhere))
    tried(path, [&] {
      require_attributes(file, path);
      path_at[address_of(file, path)] = path;
      by_dataset.merge(scales_of(file, path));
      by_scale.merge(datasets_of(file, path));
    });
  std::set<std::string> wrong;
  for (const auto* side : {&by_dataset, &by_scale})
    for (const Attached& each : *side)
      if (!by_dataset.contains(each) || !by_scale.contains(each)) wrong.insert(path_at[each.dataset]);
  for (const std::string& path : wrong)
    found(path, "the scales of its axes are not those that say that they belong to it");
}

}  // namespace weir::hdf5
