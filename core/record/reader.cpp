// core/record/reader.cpp -- reading arrays, texts and attributes from any HDF5 file.
#include <weir/record/reader.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include <weir/record/hdf5/signature.hpp>

namespace weir {
namespace {

using hdf5::check;
using hdf5::Handle;

// Errors need the file's name, which HDF5 remembers.
hdf5::File borrow(hid_t file) {
  std::string name(static_cast<std::size_t>(std::max<ssize_t>(0, H5Fget_name(file, nullptr, 0))), '\0');
  H5Fget_name(file, name.data(), name.size() + 1);
  H5Iinc_ref(file);
  return {name, Handle(file, [](hid_t id) { return static_cast<herr_t>(std::min(0, H5Idec_ref(id))); })};
}

DType nearest(const hdf5::File& file, hid_t dataset, const std::string& path) {
  const Handle type(H5Dget_type(dataset), H5Tclose);
  const std::size_t bytes = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      return bytes <= 4 ? DType::float32 : DType::float64;
    case H5T_ENUM:  // h5py's booleans
    case H5T_INTEGER: {
      const bool sign = H5Tget_sign(type) == H5T_SGN_2;
      if (bytes == 1 && !sign) return DType::uint8;
      if (bytes < 4 || (bytes == 4 && sign)) return DType::int32;
      return DType::int64;
    }
    default:
      throw RecordError(fmt::format("{}: {} does not hold numbers", file.path.string(), path));
  }
}

// Axis 0 from `first`, `count` rows; count < 0 reads everything.
Array read_rows(const hdf5::File& file, const std::string& path, std::int64_t first, std::int64_t count) {
  const Handle dataset = hdf5::open_dataset(file, path);
  const DType dtype = nearest(file, dataset, path);
  const Handle type(H5Dget_type(dataset), H5Tclose);
  // HDF5 converts no enumerations to numbers; h5py's booleans are such, over int8.
  const Handle plain(H5Tget_class(type) == H5T_ENUM ? H5Tget_super(type) : H5Tcopy(hdf5::memory_type(dtype)),
                     H5Tclose);
  const bool boolean = H5Tget_class(type) == H5T_ENUM;

  Array array{boolean ? DType::uint8 : dtype, hdf5::shape_of(dataset), nullptr};
  const Handle space(H5Dget_space(dataset), H5Sclose);
  if (count >= 0) {
    if (array.shape.empty() || first < 0 || first + count > array.shape[0])
      throw RecordError(fmt::format("{}: {} has shape [{}]; rows {} to {} are not in it", file.path.string(),
                                    path, fmt::join(array.shape, ", "), first, first + count));
    array.shape[0] = count;
    std::vector<hsize_t> start(array.shape.size(), 0), sizes(array.shape.begin(), array.shape.end());
    start[0] = static_cast<hsize_t>(first);
    check(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, sizes.data(), nullptr), file.path,
          "select rows of", path);
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(array.count()) * size_of(array.dtype));
  const Handle cells = hdf5::space_of(array.shape);
  if (!bytes.empty())
    check(H5Dread(dataset, boolean ? static_cast<hid_t>(type) : static_cast<hid_t>(plain), cells, space,
                  H5P_DEFAULT, bytes.data()),
          file.path, "read", path);
  if (count < 0) hdf5::require_signed(file, path, dataset, bytes);
  array.bytes = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  return array;
}

herr_t add_name(hid_t, const char* name, const H5L_info_t*, void* into) {
  static_cast<std::vector<std::string>*>(into)->emplace_back(name);
  return 0;
}

std::string attribute_text(const hdf5::File& file, hid_t id, const std::string& what) {
  const Handle type(H5Aget_type(id), H5Tclose);
  const Handle space(H5Aget_space(id), H5Sclose);
  const auto count = static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space)));
  std::vector<std::string> parts;
  if (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0) {
    std::vector<char*> texts(count, nullptr);
    check(H5Aread(id, type, texts.data()), file.path, "read attribute", what);
    for (const char* text : texts) parts.emplace_back(text ? text : "");
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts.data());
  } else if (H5Tget_class(type) == H5T_STRING) {
    std::string texts(count * H5Tget_size(type), '\0');
    check(H5Aread(id, type, texts.data()), file.path, "read attribute", what);
    parts = hdf5::split_texts(texts, H5Tget_size(type));
  } else if (H5Tget_class(type) == H5T_FLOAT || H5Tget_class(type) == H5T_INTEGER) {
    const bool whole = H5Tget_class(type) == H5T_INTEGER;
    std::vector<double> reals(count);
    std::vector<std::int64_t> integers(count);
    check(
        whole ? H5Aread(id, H5T_NATIVE_INT64, integers.data()) : H5Aread(id, H5T_NATIVE_DOUBLE, reals.data()),
        file.path, "read attribute", what);
    for (std::size_t i = 0; i < count; ++i)
      parts.push_back(whole ? fmt::to_string(integers[i]) : fmt::to_string(reals[i]));
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace

Reader::Reader(const std::filesystem::path& file) {
  const hdf5::Turn turn;
  Handle id = hdf5::open_for_reading(file);
  H5Iinc_ref(id);  // outlives the handle
  file_ = id;
}

Reader::~Reader() {
  const hdf5::Turn turn;
  H5Fclose(file_);
}

bool Reader::has(const std::string& path) const {
  const hdf5::Turn turn;
  return hdf5::exists(file_, path);
}

bool Reader::is_group(const std::string& path) const {
  const hdf5::Turn turn;
  const hdf5::File file = borrow(file_);
  const Handle object = hdf5::open_object(file, path);
  return H5Iget_type(object) == H5I_GROUP;
}

std::vector<std::int64_t> Reader::shape(const std::string& path) const {
  const hdf5::Turn turn;
  return hdf5::shape_of(hdf5::open_dataset(borrow(file_), path));
}

DType Reader::dtype(const std::string& path) const {
  const hdf5::Turn turn;
  const hdf5::File file = borrow(file_);
  return nearest(file, hdf5::open_dataset(file, path), path);
}

Array Reader::read(const std::string& path) const {
  const hdf5::Turn turn;
  return read_rows(borrow(file_), path, 0, -1);
}

Array Reader::rows(const std::string& path, std::int64_t first, std::int64_t count) const {
  const hdf5::Turn turn;
  return read_rows(borrow(file_), path, first, std::max<std::int64_t>(0, count));
}

std::string Reader::text(const std::string& path) const {
  const hdf5::Turn turn;
  return hdf5::read_text(borrow(file_), path);
}

bool Reader::is_text(const std::string& path) const {
  const hdf5::Turn turn;
  const Handle dataset = hdf5::open_dataset(borrow(file_), path);
  const Handle type(H5Dget_type(dataset), H5Tclose);
  return H5Tget_class(type) == H5T_STRING;
}

std::vector<std::string> Reader::texts(const std::string& path) const {
  const hdf5::Turn turn;
  return hdf5::read_column(borrow(file_), path);
}

std::string Reader::attribute(const std::string& path, const std::string& name) const {
  const hdf5::Turn turn;
  const hdf5::File file = borrow(file_);
  const Handle object = hdf5::open_object(file, path);
  if (H5Aexists(object, name.c_str()) <= 0) return {};
  const Handle id(
      check(H5Aopen(object, name.c_str(), H5P_DEFAULT), file.path, "open attribute", path + "@" + name),
      H5Aclose);
  return attribute_text(file, id, path + "@" + name);
}

std::vector<std::string> Reader::members(const std::string& group) const {
  const hdf5::Turn turn;
  const hdf5::File file = borrow(file_);
  const Handle id(check(H5Gopen2(file.id, group.c_str(), H5P_DEFAULT), file.path, "open group", group),
                  H5Gclose);
  std::vector<std::string> names;
  check(H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, nullptr, add_name, &names), file.path, "list", group);
  return names;
}

}  // namespace weir
