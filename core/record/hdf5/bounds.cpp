// core/record/hdf5/bounds.cpp -- types, sizes, filters and places of a dataset, before one byte of it is read.
#include <weir/record/hdf5/bounds.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include <weir/record/data/run_spec.hpp>

namespace weir::hdf5 {
namespace {

[[noreturn]] void refuse(const File& file, const std::string& path, const std::string& why) {
  throw RecordError(fmt::format("{}: {} {}", file.path.string(), path, why));
}

// Nothing if the product is beyond 63 bits, which no file holds.
std::optional<std::uint64_t> product(const std::vector<std::int64_t>& shape, std::uint64_t element) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  std::uint64_t bytes = element;
  for (const std::int64_t size : shape)
    if (size < 0 || __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes) || bytes >> 63)
      return std::nullopt;
  return bytes;
}

// Elements of a chunk; {} of a dataset without chunks.
std::vector<std::int64_t> chunk_of(hid_t properties) {
  if (H5Pget_layout(properties) != H5D_CHUNKED) return {};
  std::vector<hsize_t> chunk(H5S_MAX_RANK);
  const int rank = H5Pget_chunk(properties, H5S_MAX_RANK, chunk.data());
  return {chunk.begin(), chunk.begin() + std::max(0, rank)};
}

std::size_t stored_element(hid_t dataset) {
  const Handle type(H5Dget_type(dataset), H5Tclose);
  return H5Tget_size(type);
}

H5T_conv_ret_t refuse_range(H5T_conv_except_t what, hid_t, hid_t, void*, void*, void* beyond) {
  if (what != H5T_CONV_EXCEPT_RANGE_HI && what != H5T_CONV_EXCEPT_RANGE_LOW) return H5T_CONV_UNHANDLED;
  *static_cast<bool*>(beyond) = true;
  return H5T_CONV_ABORT;
}

}  // namespace

std::string amount(std::uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  const char* units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double size = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; size >= 1000 && unit < 5; ++unit) size /= 1000;
  return fmt::format("{:.1f} {}", size, units[unit]);
}

std::uint64_t file_bytes(const File& file) {
  void* descriptor = nullptr;
  struct stat status {};
  check(H5Fget_vfd_handle(file.id, H5P_DEFAULT, &descriptor), file.path, "reach", "it");
  if (::fstat(*static_cast<int*>(descriptor), &status) != 0) refuse(file, "", "cannot be measured");
  return static_cast<std::uint64_t>(status.st_size);
}

std::string type_name(hid_t type) {
  const std::size_t bits = 8 * H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return fmt::format("{}int{}", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits);
    case H5T_FLOAT:
      return fmt::format("float{}", bits);
    case H5T_STRING:
      return H5Tis_variable_str(type) > 0 ? "text of any length" : "text";
    case H5T_ENUM:
      return bits == 8 ? "boolean" : "enumeration";
    case H5T_COMPOUND:
      return "compound";
    case H5T_ARRAY:
      return "arrays";
    case H5T_VLEN:
      return "lists of any length";
    case H5T_REFERENCE:
      return "references";
    case H5T_OPAQUE:
    case H5T_BITFIELD:
      return "bytes";
    default:
      return "unknown";
  }
}

NumberType number_type(const File& file, hid_t dataset, const std::string& path) {
  const Handle type(H5Dget_type(dataset), H5Tclose);
  const std::size_t bytes = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      if (bytes <= 4) return {DType::float32};
      if (bytes <= 16) return {DType::float64};
      break;
    case H5T_ENUM:
      if (bytes == 1) return {DType::uint8, true};
      refuse(file, path,
             fmt::format(
                 "is an enumeration of {} bytes, and only booleans of one byte are read; write its numbers "
                 "as integers",
                 bytes));
    case H5T_INTEGER: {
      const bool sign = H5Tget_sign(type) == H5T_SGN_2;
      if (bytes == 1 && !sign) return {DType::uint8};
      if (bytes < 4 || (bytes == 4 && sign)) return {DType::int32};
      if (bytes <= 8) return {DType::int64};
      break;
    }
    default:
      break;
  }
  refuse(file, path,
         fmt::format("does not hold numbers but {}; write it as integers or floats", type_name(type)));
}

bool lies_elsewhere(hid_t dataset) {
  const Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  return H5Pget_layout(properties) == H5D_VIRTUAL || H5Pget_external_count(properties) > 0;
}

void require_plain(const File& file, hid_t dataset, const std::string& path) {
  const Handle properties(check(H5Dget_create_plist(dataset), file.path, "look at", path), H5Pclose);
  if (lies_elsewhere(dataset))
    refuse(file, path,
           "has its values in other files, which are not read; write them into this one: h5repack, or a copy "
           "by h5py");
  const int filters = H5Pget_nfilters(properties);
  std::vector<H5Z_filter_t> seen;
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, configuration = 0;
    std::size_t values = 0;
    std::string name(64, '\0');
    const H5Z_filter_t filter = check(H5Pget_filter2(properties, static_cast<unsigned>(i), &flags, &values,
                                                     nullptr, name.size(), name.data(), &configuration),
                                      file.path, "look at the filters of", path);
    name = name.c_str();
    const bool known =
        filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32;
    if (!known)
      refuse(file, path,
             fmt::format(
                 "is stored with the filter {}, and only deflate (gzip), shuffle and fletcher32 are read; "
                 "write it anew with gzip or without compression",
                 ascii(name.empty() ? std::to_string(filter) : name)));
    if (std::find(seen.begin(), seen.end(), filter) != seen.end())
      refuse(file, path, "is stored with one filter twice; write it anew with each once");
    seen.push_back(filter);
  }
}

std::size_t bytes_of(const File& file, hid_t dataset, const std::string& path,
                     const std::vector<std::int64_t>& shape, std::size_t element) {
  const Handle space(check(H5Dget_space(dataset), file.path, "look at", path), H5Sclose);
  if (H5Sget_simple_extent_type(space) == H5S_NULL) refuse(file, path, "holds nothing: it has no shape");
  const Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  const std::uint64_t stored = H5Dget_storage_size(dataset), there = file_bytes(file);
  const haddr_t offset = H5Pget_layout(properties) == H5D_CONTIGUOUS ? H5Dget_offset(dataset) : HADDR_UNDEF;
  H5Eclear2(H5E_DEFAULT);
  if (stored > there || (stored > 0 && offset != HADDR_UNDEF && offset > there - stored))
    refuse(file, path,
           fmt::format(
               "ends beyond the end of the file, which has {}: the file is truncated or damaged; get it anew",
               amount(there)));
  const std::uint64_t most = std::max<std::uint64_t>(
      free_bytes, stored > UINT64_MAX / most_expansion ? UINT64_MAX : most_expansion * stored);
  const auto bound = [&](std::optional<std::uint64_t> bytes, const char* what) {
    if (!bytes || *bytes > most)
      refuse(file, path,
             fmt::format("has {} of [{}] elements, {}, of which the file stores {}; at most {} are read of "
                         "what was never "
                         "written, and {} times what is stored: write its values, or a smaller dataset",
                         what, fmt::join(shape, ", "), bytes ? amount(*bytes) : "more than any file holds",
                         amount(stored), amount(free_bytes), most_expansion));
  };
  const auto bytes = product(shape, element);
  bound(bytes, "a shape");
  if (const auto chunk = chunk_of(properties); !chunk.empty() && stored > 0) {
    const auto chunk_bytes = product(chunk, stored_element(dataset));
    bound(chunk_bytes, "chunks that are too large, and a shape");
    if (H5Pget_filter_by_id2(properties, H5Z_FILTER_DEFLATE, nullptr, nullptr, nullptr, 0, nullptr,
                             nullptr) >= 0)
      require_fitting_chunks(file, dataset, path, chunk, *chunk_bytes);
    H5Eclear2(H5E_DEFAULT);
  }
  return static_cast<std::size_t>(*bytes);
}

void read(const File& file, hid_t dataset, const std::string& path, hid_t memory, hid_t cells, hid_t space,
          void* into) {
  const Handle transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
  bool beyond = false;
  H5Pset_type_conv_cb(transfer, refuse_range, &beyond);
  if (H5Dread(dataset, memory, cells, space, transfer, into) >= 0) return;
  if (!beyond) fail(file.path, "read", path);
  H5Eclear2(H5E_DEFAULT);
  const Handle type(H5Dget_type(dataset), H5Tclose);
  refuse(file, path,
         fmt::format("holds numbers that are too large for {}; write them as {}",
                     H5Tequal(memory, H5T_NATIVE_INT64) > 0 ? "int64" : "float64",
                     H5Tequal(memory, H5T_NATIVE_INT64) > 0 ? "float64" : "smaller ones"));
}

}  // namespace weir::hdf5
