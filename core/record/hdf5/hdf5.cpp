// core/record/hdf5/hdf5.cpp -- checked HDF5: errors, types, shapes.
#include <weir/record/hdf5/hdf5.hpp>

#include <fmt/format.h>

#include <weir/record/data/run_spec.hpp>
#include <weir/text/utf8.hpp>

namespace weir::hdf5 {
namespace {

// HDF5 reads metadata again that are torn by a writer, and doubles its sleep of 1 ns each time: 34 ms in all before damaged
// ones are given up. Its own limit of 100 attempts is longer than anybody lives.
constexpr unsigned attempts = 25;

std::recursive_mutex& library() {
  static std::recursive_mutex mutex;
  return mutex;
}

// HDF5's drivers put the system's words inside their own: "... error message = 'No space left on device',
// ...".
std::string system_words(const std::string& text) {
  constexpr std::string_view mark = "error message = '";
  const auto begin = text.find(mark);
  if (begin == std::string::npos) return {};
  const auto end = text.find('\'', begin + mark.size());
  return text.substr(begin + mark.size(), end - begin - mark.size());
}

herr_t collect(unsigned, const H5E_error2_t* entry, void* into) {
  auto& words = *static_cast<std::string*>(into);
  if (!entry->desc) return 0;
  const std::string text = entry->desc;
  if (const std::string system = system_words(text); !system.empty()) words = system;
  if (words.empty()) words = text;  // the innermost entry comes first
  return 0;
}

}  // namespace

Turn::Turn() : lock_(library()) {
  [[maybe_unused]] static const bool once = [] {
    H5dont_atexit();
    H5PLset_loading_state(0);  // no file brings a library for a filter of its own
    return true;
  }();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

herr_t Handle::reset() {
  if (id_ < 0) return 0;
  const Turn turn;
  return close_(std::exchange(id_, -1));
}

std::string reason() {
  std::string words;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect, &words);
  H5Eclear2(H5E_DEFAULT);
  return words.empty() ? "HDF5 gives no reason" : words;
}

void fail(const std::filesystem::path& file, std::string_view verb, std::string_view object) {
  throw RecordError(fmt::format("{}: cannot {} {}: {}", file.string(), verb, object, reason()));
}

hid_t file_type(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return H5T_IEEE_F32LE;
    case DType::float64:
      return H5T_IEEE_F64LE;
    case DType::int64:
      return H5T_STD_I64LE;
    case DType::int32:
      return H5T_STD_I32LE;
    case DType::uint8:
      return H5T_STD_U8LE;
  }
  return -1;
}

hid_t memory_type(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return H5T_NATIVE_FLOAT;
    case DType::float64:
      return H5T_NATIVE_DOUBLE;
    case DType::int64:
      return H5T_NATIVE_INT64;
    case DType::int32:
      return H5T_NATIVE_INT32;
    case DType::uint8:
      return H5T_NATIVE_UINT8;
  }
  return -1;
}

Handle text_type(std::size_t size) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, size > 0 ? size : 1);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_ASCII);
  return type;
}

Handle access_properties() {
  Handle properties(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(properties, H5F_LIBVER_V110, H5F_LIBVER_V110);
  // A reader's lock would keep a killed run from resuming; LockFile keeps second writers out instead.
  H5Pset_file_locking(properties, false, true);
  H5Pset_metadata_read_attempts(properties, attempts);
  // Else what cannot be written is found out when a dataset is closed, where nobody asks.
  H5Pset_sieve_buf_size(properties, 0);
  return properties;
}

Handle space_of(const std::vector<std::int64_t>& shape) {
  if (shape.empty()) return Handle(H5Screate(H5S_SCALAR), H5Sclose);
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  return Handle(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose);
}

std::string ascii(std::string_view text) {
  std::string result;
  utf8::each(text, [&](const utf8::Character& character) {
    const char32_t code = character.code.value_or(0);
    const bool plain = (code >= 0x20 && code < 0x7F) || code == '\n' || code == '\t';
    result += plain ? character.bytes.front() : '?';
  });
  return result;
}

std::vector<std::int64_t> shape_of(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space);
  std::vector<hsize_t> sizes(rank > 0 ? static_cast<std::size_t>(rank) : 0);
  if (rank > 0) H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  return {sizes.begin(), sizes.end()};
}

void set_rows(const File& file, hid_t dataset, const std::string& path, std::int64_t rows) {
  auto shape = shape_of(dataset);
  if (shape.at(0) == rows) return;
  shape[0] = rows;
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  check(H5Dset_extent(dataset, sizes.data()), file.path, "resize", path);
}

}  // namespace weir::hdf5

namespace weir {

std::string hdf5_version() {
  const hdf5::Turn turn;  // this may be the first that HDF5 hears of us
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

}  // namespace weir
