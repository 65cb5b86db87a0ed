// core/record/reader.cpp -- reading arrays, texts and attributes from any HDF5 file.
#include <weir/record/reader.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include <weir/record/data/numbers.hpp>
#include <weir/record/hdf5/bounds.hpp>
#include <weir/record/hdf5/hdf5.hpp>
#include <weir/record/hdf5/signature.hpp>

namespace weir {
namespace {

constexpr hsize_t largest_attribute = 1 << 20;
constexpr std::size_t largest_json = 16 << 20;
constexpr int deepest_json = 64;

using hdf5::check;
using hdf5::Handle;

// Errors need the file's name, which HDF5 remembers.
hdf5::File borrow(hid_t file) {
  std::string name(static_cast<std::size_t>(std::max<ssize_t>(0, H5Fget_name(file, nullptr, 0))), '\0');
  H5Fget_name(file, name.data(), name.size() + 1);
  H5Iinc_ref(file);
  return {name, Handle(file, [](hid_t id) { return static_cast<herr_t>(std::min(0, H5Idec_ref(id))); })};
}

// Axis 0 from `first`, `count` rows; count < 0 reads everything.
Array read_rows(const hdf5::File& file, const std::string& path, std::int64_t first, std::int64_t count) {
  const Handle dataset = hdf5::open_dataset(file, path);
  const hdf5::NumberType number = hdf5::number_type(file, dataset, path);
  // HDF5 converts no enumerations to numbers; h5py's booleans are such.
  const Handle type(number.boolean ? H5Dget_type(dataset) : H5Tcopy(hdf5::memory_type(number.dtype)),
                    H5Tclose);

  Array array{number.dtype, hdf5::shape_of(dataset), nullptr};
  const Handle space(H5Dget_space(dataset), H5Sclose);
  if (count >= 0) {
    if (array.shape.empty() || first < 0 || first > array.shape[0] || count > array.shape[0] - first)
      throw RecordError(fmt::format("{}: {} has shape [{}]; rows {} to {} are not in it", file.path.string(),
                                    path, fmt::join(array.shape, ", "), first,
                                    static_cast<std::uint64_t>(first) + static_cast<std::uint64_t>(count)));
    array.shape[0] = count;
    std::vector<hsize_t> start(array.shape.size(), 0), sizes(array.shape.begin(), array.shape.end());
    start[0] = static_cast<hsize_t>(first);
    check(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, sizes.data(), nullptr), file.path,
          "select rows of", path);
  }
  std::vector<std::byte> bytes(hdf5::bytes_of(file, dataset, path, array.shape, size_of(array.dtype)));
  const Handle cells = hdf5::space_of(array.shape);
  if (!bytes.empty()) hdf5::read(file, dataset, path, type, cells, space, bytes.data());
  if (count < 0) hdf5::require_signed(file, path, dataset, bytes);
  array.bytes = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  return array;
}

std::string attribute_text(const hdf5::File& file, hid_t id, const std::string& what) {
  const Handle type(H5Aget_type(id), H5Tclose);
  const Handle space(H5Aget_space(id), H5Sclose);
  if (H5Aget_storage_size(id) > largest_attribute)
    throw RecordError(
        fmt::format("{}: the attribute {} takes {} bytes, and at most {} are read; keep data in datasets",
                    file.path.string(), what, H5Aget_storage_size(id), largest_attribute));
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

std::string Reader::file() const {
  const hdf5::Turn turn;
  return borrow(file_).path.string();
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
  return hdf5::number_type(file, hdf5::open_dataset(file, path), path).dtype;
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
  return hdf5::members_of(borrow(file_), group);
}

std::vector<std::string> Reader::objects(const std::string& group) const {
  const hdf5::Turn turn;
  return hdf5::objects_below(borrow(file_), group);
}

std::string Reader::type(const std::string& path) const {
  const hdf5::Turn turn;
  const hdf5::File file = borrow(file_);
  if (std::string link = hdf5::link_kind(file, path); !link.empty()) return link;
  const Handle object = hdf5::open_object(file, path);
  if (H5Iget_type(object) == H5I_GROUP) return "group";
  if (H5Iget_type(object) != H5I_DATASET) return "type";
  if (hdf5::lies_elsewhere(object)) return "in other files";
  const Handle type(H5Dget_type(object), H5Tclose);
  return hdf5::type_name(type);
}

std::vector<std::int64_t> Reader::integers(const std::string& path, std::int64_t least) const {
  const Array array = read(path);
  if (array.dtype == DType::float32 || array.dtype == DType::float64 || array.count() < least)
    throw RecordError(
        fmt::format("{}: {} is {} [{}], and {} whole numbers belong there: the record is damaged", file(),
                    path, name_of(array.dtype), fmt::join(array.shape, ", "), least));
  return visit_numbers(
      array, [&](const auto* first) { return std::vector<std::int64_t>(first, first + array.count()); });
}

nlohmann::json Reader::json(const std::string& path) const {
  const std::string text = this->text(path);
  const auto refuse = [&](const std::string& why) {
    throw RecordError(fmt::format("{}: {} {}: the record is damaged", file(), path, why));
  };
  if (text.size() > largest_json)
    refuse(fmt::format("has {} bytes, and a JSON text of a record at most {}", text.size(), largest_json));
  const auto shallow = [&](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
    if (depth > deepest_json) refuse(fmt::format("nests values more than {} deep", deepest_json));
    return true;
  };
  nlohmann::json value = nlohmann::json::parse(text, shallow, false);
  if (value.is_discarded()) refuse("is not JSON");
  return value;
}

}  // namespace weir
