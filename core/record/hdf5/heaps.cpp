// core/record/hdf5/heaps.cpp -- checksums of HDF5's global heaps, which have none of their own.
#include <weir/record/hdf5/heaps.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <span>

#include <weir/record/data/record_error.hpp>
#include <weir/record/hdf5/bounds.hpp>
#include <weir/record/hdf5/crc32c.hpp>
#include <weir/record/hdf5/signature.hpp>

namespace weir::record {
namespace {

using hdf5::check;
using hdf5::File;
using hdf5::Handle;

constexpr auto path = "/references";
constexpr std::string_view mark{"GCOL\x01\0\0\0",
                                8};  // signature, version 1, reserved; then its size, 8 bytes
constexpr std::uint64_t largest = 1 << 24;
constexpr std::int64_t most_heaps = 100'000;

struct Heap {
  std::int64_t address = 0, bytes = 0, crc32c = 0;
};

std::string bytes_at(const File& file, std::uint64_t begin, std::uint64_t count) {
  void* descriptor = nullptr;
  check(H5Fget_vfd_handle(file.id, H5P_DEFAULT, &descriptor), file.path, "reach", "it");
  std::string bytes(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got = ::pread(*static_cast<int*>(descriptor), bytes.data() + done, count - done,
                                static_cast<off_t>(begin + done));
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

std::int64_t checksum(const std::string& bytes) {
  Crc32c sum;
  sum.add(std::as_bytes(std::span(bytes)));
  return sum.value();
}

}  // namespace

void sign_heaps(const File& file) {
  const std::string all = bytes_at(file, 0, hdf5::file_bytes(file));
  std::vector<Heap> heaps;
  for (std::size_t at = all.find(mark); at != std::string::npos; at = all.find(mark, at + mark.size())) {
    std::uint64_t size = 0;
    if (at + 16 > all.size()) break;
    std::memcpy(&size, all.data() + at + 8, sizeof size);
    if (size < 16 || size > std::min<std::uint64_t>(largest, all.size() - at)) continue;  // somebody's text
    heaps.push_back(
        {static_cast<std::int64_t>(at), static_cast<std::int64_t>(size), checksum(all.substr(at, size))});
  }
  const Handle dataset =
      hdf5::create_numbers(file, path, {std::ssize(heaps), 3},
                           "where the references of axes to scales lie: address in the file, bytes, crc32c");
  if (!heaps.empty())
    check(H5Dwrite(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, heaps.data()), file.path,
          "write", path);
  hdf5::sign(file, dataset, std::as_bytes(std::span(heaps)));
}

void require_heaps(const File& file) {
  hdf5::require_whole(file, path);
  const Handle dataset = hdf5::open_dataset(file, path);
  const auto shape = hdf5::shape_of(dataset);
  if (shape.size() != 2 || shape[0] < 0 || shape[0] > most_heaps || shape[1] != 3)
    throw RecordError(fmt::format("{}: {} is not as Weir writes it", file.path.string(), path));
  std::vector<Heap> heaps(static_cast<std::size_t>(shape[0]));
  if (!heaps.empty())
    check(H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, heaps.data()), file.path, "read",
          path);
  for (const Heap& heap : heaps) {
    const bool possible =
        heap.address >= 0 && heap.bytes >= 0 && static_cast<std::uint64_t>(heap.bytes) <= largest;
    if (!possible || checksum(bytes_at(file, static_cast<std::uint64_t>(heap.address),
                                       static_cast<std::uint64_t>(heap.bytes))) != heap.crc32c)
      throw RecordError(fmt::format(
          "{}: {} no longer leads axes to their scales: what lies at byte {} does not match its checksum",
          file.path.string(), path, heap.address));
  }
}

}  // namespace weir::record
