// core/record/hdf5/signature.cpp -- checksums of datasets that are written once and whole.
#include <weir/record/hdf5/signature.hpp>

#include <fmt/format.h>

#include <weir/record/data/record_error.hpp>
#include <weir/record/hdf5/bounds.hpp>
#include <weir/record/hdf5/crc32c.hpp>
#include <weir/record/hdf5/pieces.hpp>

namespace weir::hdf5 {
namespace {

constexpr auto name = "crc32c";
constexpr std::int64_t none = -1;

std::int64_t checksum(std::span<const std::byte> bytes) {
  record::Crc32c sum;
  sum.add(bytes);
  return sum.value();
}

[[noreturn]] void refuse(const File& file, const std::string& path) {
  throw RecordError(
      fmt::format("{}: {} does not match its checksum: it was damaged or changed after it was written",
                  file.path.string(), path));
}

std::int64_t checksum(const File& file, const std::string& path, hid_t dataset) {
  record::Crc32c sum;
  each_piece(file, path, dataset, [&](std::span<const std::byte> bytes) { sum.add(bytes); });
  return sum.value();
}

}  // namespace

bool has_own_checksum(hid_t dataset) {
  const Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  for (int i = 0; i < H5Pget_nfilters(properties); ++i) {
    unsigned flags = 0, config = 0;
    std::size_t values = 0;
    if (H5Pget_filter2(properties, static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &config) ==
        H5Z_FILTER_FLETCHER32)
      return true;
  }
  return false;
}

void reserve_signature(const File& file, hid_t dataset) { sign(file, dataset, none); }

// In place where it can be: the object's header keeps its size.
void sign(const File& file, hid_t dataset, std::int64_t crc32c) {
  if (H5Aexists(dataset, name) <= 0) return json_attribute(file, dataset, name, crc32c);
  const Handle attribute(check(H5Aopen(dataset, name, H5P_DEFAULT), file.path, "open attribute", name),
                         H5Aclose);
  check(H5Awrite(attribute, H5T_NATIVE_INT64, &crc32c), file.path, "write attribute", name);
}

void sign(const File& file, hid_t dataset, std::span<const std::byte> bytes) {
  sign(file, dataset, checksum(bytes));
}

void sign(const File& file, const std::string& path) {
  const Handle dataset = open_dataset(file, path);
  sign(file, dataset, checksum(file, path, dataset));
}

void unsign(const File& file, const std::string& path) {
  const Handle dataset = open_dataset(file, path);
  if (signature_of(file, dataset)) sign(file, dataset, none);
}

std::optional<std::int64_t> signature_of(const File& file, hid_t dataset) {
  if (H5Aexists(dataset, name) <= 0) return std::nullopt;
  const Handle attribute(check(H5Aopen(dataset, name, H5P_DEFAULT), file.path, "open attribute", name),
                         H5Aclose);
  const Handle type(H5Aget_type(attribute), H5Tclose);
  const Handle space(H5Aget_space(attribute), H5Sclose);
  if (H5Tget_class(type) != H5T_INTEGER || H5Sget_simple_extent_npoints(space) != 1) return std::nullopt;
  std::int64_t sum = 0;
  check(H5Aread(attribute, H5T_NATIVE_INT64, &sum), file.path, "read attribute", name);
  return sum == none ? std::nullopt : std::optional(sum);
}

void require_signed(const File& file, const std::string& path, hid_t dataset,
                    std::span<const std::byte> bytes) {
  const auto sum = signature_of(file, dataset);
  if (sum && *sum != checksum(bytes)) refuse(file, path);
}

void require_whole(const File& file, const std::string& path, std::optional<std::int64_t> crc32c) {
  const Handle dataset = open_dataset(file, path);
  const auto wanted = crc32c ? crc32c : signature_of(file, dataset);
  const Handle type(H5Dget_type(dataset), H5Tclose);
  bytes_of(file, dataset, path, shape_of(dataset),
           H5Tget_size(type));  // not for ever over what was never written
  const std::int64_t found = checksum(file, path, dataset);
  if (wanted && *wanted != found) refuse(file, path);
}

}  // namespace weir::hdf5
