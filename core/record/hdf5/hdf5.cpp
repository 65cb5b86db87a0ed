// core/record/hdf5/hdf5.cpp -- checked HDF5: errors, types, opening.
#include <weir/record/hdf5/hdf5.hpp>

#include <fmt/format.h>

#include <sys/stat.h>
#include <cerrno>
#include <cstring>

#include <weir/record/data/run_spec.hpp>
#include <weir/text/utf8.hpp>

namespace weir::hdf5 {
namespace {

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
  [[maybe_unused]] static const herr_t once = H5dont_atexit();
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
  H5Pset_metadata_read_attempts(properties, 25);
  return properties;
}

Handle open_for_reading(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0)
    throw RecordError(fmt::format("{}: cannot read it: {}", file.string(), std::strerror(errno)));
  const Handle properties = access_properties();
  Handle id(H5Fopen(file.c_str(), H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, properties), H5Fclose);
  // Files of the older formats do not know SWMR.
  if (!id.open()) id = Handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, properties), H5Fclose);
  if (!id.open()) {
    const std::string why = reason();
    // A full disk can leave HDF5's idea of the file's end behind the end itself; what was committed is there.
    const hbool_t yes = true;
    H5Pset(properties, "skip_eof_check", &yes);
    id = Handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, properties), H5Fclose);
    H5Eclear2(H5E_DEFAULT);
    if (id.open()) return id;
    const bool foreign = H5Fis_hdf5(file.c_str()) == 0;
    H5Eclear2(H5E_DEFAULT);
    throw RecordError(
        fmt::format("{}: cannot read it: {}", file.string(), foreign ? "it is not an HDF5 file" : why));
  }
  H5Eclear2(H5E_DEFAULT);
  return id;
}

Handle open_dataset(const File& file, const std::string& path) {
  return Handle(check(H5Dopen2(file.id, path.c_str(), H5P_DEFAULT), file.path, "open", path), H5Dclose);
}

Handle open_object(const File& file, const std::string& path) {
  return Handle(check(H5Oopen(file.id, path.c_str(), H5P_DEFAULT), file.path, "open", path), H5Oclose);
}

Handle space_of(const std::vector<std::int64_t>& shape) {
  if (shape.empty()) return Handle(H5Screate(H5S_SCALAR), H5Sclose);
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  return Handle(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose);
}

bool exists(hid_t file, const std::string& path) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (part != "/" && H5Lexists(file, part.c_str(), H5P_DEFAULT) <= 0) {
      H5Eclear2(H5E_DEFAULT);
      return false;
    }
    if (end == std::string::npos) return true;
  }
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

}  // namespace weir::hdf5

namespace weir {

std::string hdf5_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

}  // namespace weir
