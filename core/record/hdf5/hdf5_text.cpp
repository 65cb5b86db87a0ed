// core/record/hdf5/hdf5_text.cpp -- groups, texts, columns and attributes, in types that every reader knows.
#include <weir/record/hdf5/hdf5.hpp>

#include <algorithm>
#include <cstring>
#include <span>

#include <weir/record/data/run_spec.hpp>
#include <weir/record/hdf5/bounds.hpp>
#include <weir/record/hdf5/signature.hpp>

namespace weir::hdf5 {
namespace {

constexpr std::size_t largest_attribute = 32 * 1024;
constexpr std::string_view cut = "...";  // ends a text that did not fit

Handle properties_of(hid_t kind) {
  Handle properties(H5Pcreate(kind), H5Pclose);
  H5Pset_obj_track_times(properties, false);  // two runs give the same bytes
  return properties;
}

Handle with_parents() {
  Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links, 1);
  return links;
}

std::vector<char> padded(const std::vector<std::string>& texts, std::size_t width) {
  std::vector<char> bytes(std::max<std::size_t>(1, texts.size() * width), '\0');
  for (std::size_t i = 0; i < texts.size(); ++i)
    std::copy_n(texts[i].data(), std::min(width, texts[i].size()), bytes.data() + i * width);
  return bytes;
}

std::size_t longest(const std::vector<std::string>& texts) {
  std::size_t width = 1;
  for (const auto& text : texts) width = std::max(width, text.size());
  return width;
}

bool is_same(hid_t object, const std::string& name, hid_t stored, hid_t memory,
             const std::vector<std::int64_t>& shape, const void* data) {
  const Handle id(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  const Handle type(H5Aget_type(id), H5Tclose);
  const Handle space(H5Aget_space(id), H5Sclose);
  if (H5Tequal(type, stored) <= 0 || H5Sextent_equal(space, space_of(shape)) <= 0) return false;
  std::vector<char> bytes(H5Tget_size(memory) *
                          static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  return H5Aread(id, memory, bytes.data()) >= 0 && std::memcmp(bytes.data(), data, bytes.size()) == 0;
}

void attribute(const File& file, hid_t object, const std::string& name, hid_t stored, hid_t memory,
               const std::vector<std::int64_t>& shape, const void* data) {
  if (H5Aexists(object, name.c_str()) > 0) {
    if (is_same(object, name, stored, memory, shape, data)) return;
    check(H5Adelete(object, name.c_str()), file.path, "replace attribute", name);
  }
  const Handle space = space_of(shape);
  const Handle id(check(H5Acreate2(object, name.c_str(), stored, space, H5P_DEFAULT, H5P_DEFAULT), file.path,
                        "create attribute", name),
                  H5Aclose);
  check(H5Awrite(id, memory, data), file.path, "write attribute", name);
}

// Shape of a rectangular array of numbers; false if it is anything else.
bool numeric_shape(const nlohmann::json& value, std::vector<std::int64_t>& shape, bool& integers) {
  if (value.is_number() || value.is_boolean()) {
    integers = integers && !value.is_number_float();
    return true;
  }
  if (!value.is_array()) return false;
  shape.push_back(static_cast<std::int64_t>(value.size()));
  std::vector<std::int64_t> inner;
  for (std::size_t i = 0; i < value.size(); ++i) {
    std::vector<std::int64_t> each;
    if (!numeric_shape(value[i], each, integers) || (i > 0 && each != inner)) return false;
    inner = each;
  }
  shape.insert(shape.end(), inner.begin(), inner.end());
  return true;
}

template <class T>
void flatten(const nlohmann::json& value, std::vector<T>& into) {
  if (value.is_array())
    for (const auto& item : value) flatten(item, into);
  else
    into.push_back(value.is_boolean() ? static_cast<T>(value.get<bool>()) : value.get<T>());
}

template <class T>
void numbers_attribute(const File& file, hid_t object, const std::string& name, DType dtype,
                       const std::vector<std::int64_t>& shape, const nlohmann::json& value) {
  std::vector<T> numbers;
  flatten(value, numbers);
  if (numbers.size() * sizeof(T) > largest_attribute) return;
  // netCDF gives up on a whole group if one attribute has two axes, R on an empty one.
  const auto count = static_cast<std::int64_t>(numbers.size());
  attribute(file, object, name, file_type(dtype), memory_type(dtype),
            shape.empty() ? shape : std::vector{count}, numbers.data());
  if (shape.size() > 1)
    attribute(file, object, name + "_shape", H5T_STD_I64LE, H5T_NATIVE_INT64,
              {static_cast<std::int64_t>(shape.size())}, shape.data());
}

}  // namespace

Handle create_group(const File& file, const std::string& path) {
  // Parents one by one: those that HDF5 would make itself carry times.
  for (std::size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1))
    if (const std::string parent = path.substr(0, end); !exists(file.id, parent)) create_group(file, parent);
  if (exists(file.id, path))
    return Handle(check(H5Gopen2(file.id, path.c_str(), H5P_DEFAULT), file.path, "open", path), H5Gclose);
  const Handle properties = properties_of(H5P_GROUP_CREATE);
  return Handle(check(H5Gcreate2(file.id, path.c_str(), H5P_DEFAULT, properties, H5P_DEFAULT), file.path,
                      "create", path),
                H5Gclose);
}

Handle create_text(const File& file, const std::string& path, std::string_view text, std::size_t capacity) {
  const Handle type = text_type(capacity);
  const Handle space = space_of({});
  const Handle properties = properties_of(H5P_DATASET_CREATE);
  H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
  const Handle links = with_parents();
  Handle id(check(H5Dcreate2(file.id, path.c_str(), type, space, links, properties, H5P_DEFAULT), file.path,
                  "create", path),
            H5Dclose);
  rewrite_text(file, id, path, text);
  return id;
}

void rewrite_text(const File& file, hid_t dataset, const std::string& path, std::string_view text) {
  const Handle type(H5Dget_type(dataset), H5Tclose);
  const std::size_t width = H5Tget_size(type);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0 || !shape_of(dataset).empty())
    throw RecordError(file.path.string() + ": cannot write " + path +
                      ": it is no fixed-ASCII text: the record is damaged");
  const auto bytes = padded({ascii(text)}, width);
  check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), file.path, "write", path);
}

Handle create_numbers(const File& file, const std::string& path, const std::vector<std::int64_t>& shape,
                      std::string_view what) {
  const Handle space = space_of(shape);
  const Handle properties = properties_of(H5P_DATASET_CREATE);
  H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
  Handle id(
      check(H5Dcreate2(file.id, path.c_str(), H5T_STD_I64LE, space, H5P_DEFAULT, properties, H5P_DEFAULT),
            file.path, "create", path),
      H5Dclose);
  text_attribute(file, id, "long_name", what);
  return id;
}

void create_bytes(const File& file, const std::string& path, std::string_view text) {
  const Handle space = space_of({static_cast<std::int64_t>(text.size())});
  const Handle properties = properties_of(H5P_DATASET_CREATE);
  const Handle id(
      check(H5Dcreate2(file.id, path.c_str(), H5T_STD_U8LE, space, H5P_DEFAULT, properties, H5P_DEFAULT),
            file.path, "create", path),
      H5Dclose);
  if (!text.empty())
    check(H5Dwrite(id, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()), file.path, "write",
          path);
  sign(file, id, std::as_bytes(std::span(text)));
}

std::string read_text(const File& file, const std::string& path) {
  const Handle id = open_dataset(file, path);
  const Handle type(H5Dget_type(id), H5Tclose);
  const auto shape = shape_of(id);
  const bool fixed = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) <= 0;
  const bool one = std::all_of(shape.begin(), shape.end(), [](std::int64_t size) { return size == 1; });
  const bool bytes = H5Tget_class(type) == H5T_INTEGER && H5Tget_size(type) == 1;
  if (!(fixed && one) && !bytes)
    throw RecordError(file.path.string() + ": " + path +
                      " is not a text (uint8[] or one fixed-ASCII string)");
  std::string text(bytes_of(file, id, path, shape, H5Tget_size(type)), '\0');
  if (!text.empty()) read(file, id, path, type, H5S_ALL, H5S_ALL, text.data());
  require_signed(file, path, id, std::as_bytes(std::span(text)));
  if (fixed) text.resize(std::min(text.size(), text.find('\0')));
  return text;
}

void create_column(const File& file, const std::string& path, const std::vector<std::string>& texts,
                   bool extendible, std::size_t width) {
  std::vector<std::string> rows;
  for (const auto& text : texts) rows.push_back(ascii(text));
  if (width == 0) width = longest(rows);
  const Handle type = text_type(width);
  const hsize_t size = rows.size();
  const hsize_t most = extendible ? H5S_UNLIMITED : size;
  const Handle space(H5Screate_simple(1, &size, &most), H5Sclose);
  const Handle properties = properties_of(H5P_DATASET_CREATE);
  const hsize_t chunk = 16;
  if (extendible) H5Pset_chunk(properties, 1, &chunk);
  const Handle id(check(H5Dcreate2(file.id, path.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT),
                        file.path, "create", path),
                  H5Dclose);
  const auto bytes = padded(rows, width);
  if (size > 0)
    check(H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), file.path, "write", path);
  if (!extendible) sign(file, id, std::as_bytes(std::span(bytes).first(rows.size() * width)));
}

std::vector<std::string> split_texts(std::string_view bytes, std::size_t width) {
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < bytes.size(); at += width) {
    const std::string_view cell = bytes.substr(at, width);
    texts.emplace_back(cell.substr(0, cell.find('\0')));
  }
  return texts;
}

std::vector<std::string> read_column(const File& file, const std::string& path) {
  const Handle id = open_dataset(file, path);
  const Handle type(H5Dget_type(id), H5Tclose);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0)
    throw RecordError(file.path.string() + ": " + path + " is not a column of fixed-ASCII texts");
  std::string bytes(bytes_of(file, id, path, shape_of(id), H5Tget_size(type)), '\0');
  if (!bytes.empty()) read(file, id, path, type, H5S_ALL, H5S_ALL, bytes.data());
  require_signed(file, path, id, std::as_bytes(std::span(bytes)));
  return split_texts(bytes, H5Tget_size(type));
}

void text_attribute(const File& file, hid_t object, const std::string& name, std::string_view text) {
  const std::string plain = ascii(text);
  if (plain.size() > largest_attribute) return;
  const Handle type = text_type(plain.size());
  const auto bytes = padded({plain}, std::max<std::size_t>(1, plain.size()));
  attribute(file, object, name, type, type, {}, bytes.data());
}

void reserve_attribute(const File& file, hid_t object, const std::string& name, std::size_t bytes) {
  const Handle type = text_type(bytes);
  const std::vector<char> empty = padded({""}, bytes);
  attribute(file, object, name, type, type, {}, empty.data());
}

void rewrite_attribute(const File& file, hid_t object, const std::string& name, std::string_view text) {
  if (H5Aexists(object, name.c_str()) <= 0) return;
  const Handle id(check(H5Aopen(object, name.c_str(), H5P_DEFAULT), file.path, "open attribute", name),
                  H5Aclose);
  const Handle type(H5Aget_type(id), H5Tclose);
  const std::size_t room = H5Tget_size(type);
  std::string plain = ascii(text);
  if (plain.size() > room) plain = plain.substr(0, room - std::min(room, cut.size())) + std::string(cut);
  check(H5Awrite(id, type, padded({plain}, room).data()), file.path, "write attribute", name);
}

void texts_attribute(const File& file, hid_t object, const std::string& name,
                     const std::vector<std::string>& texts) {
  std::vector<std::string> rows;
  for (const auto& text : texts) rows.push_back(ascii(text));
  const std::size_t width = longest(rows);
  if (width * rows.size() > largest_attribute) return;
  const Handle type = text_type(width);
  const auto bytes = padded(rows, width);
  attribute(file, object, name, type, type, {static_cast<std::int64_t>(rows.size())}, bytes.data());
}

std::string read_text_attribute(const File& file, const std::string& object, const std::string& name) {
  const Handle id = open_object(file, object);
  const std::string what = object + "@" + name;
  const Handle attribute(check(H5Aopen(id, name.c_str(), H5P_DEFAULT), file.path, "open attribute", what),
                         H5Aclose);
  const Handle type(H5Aget_type(attribute), H5Tclose);
  const Handle space(H5Aget_space(attribute), H5Sclose);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0 ||
      H5Sget_simple_extent_npoints(space) != 1)
    throw RecordError(file.path.string() + ": " + what + " is not a text");
  std::string text(H5Tget_size(type), '\0');
  check(H5Aread(attribute, type, text.data()), file.path, "read attribute", what);
  return text.substr(0, text.find('\0'));
}

void json_attribute(const File& file, hid_t object, const std::string& name, const nlohmann::json& value) {
  if (value.is_null()) return;
  if (value.is_string()) return text_attribute(file, object, name, value.get<std::string>());

  std::vector<std::int64_t> shape;
  bool integers = true;
  if (numeric_shape(value, shape, integers) && std::find(shape.begin(), shape.end(), 0) == shape.end()) {
    if (integers)
      numbers_attribute<std::int64_t>(file, object, name, DType::int64, shape, value);
    else
      numbers_attribute<double>(file, object, name, DType::float64, shape, value);
    return;
  }
  if (value.is_array() && !value.empty() &&
      std::all_of(value.begin(), value.end(), [](const auto& v) { return v.is_string(); }))
    return texts_attribute(file, object, name, value.get<std::vector<std::string>>());
  text_attribute(file, object, name, value.dump());
}

}  // namespace weir::hdf5
