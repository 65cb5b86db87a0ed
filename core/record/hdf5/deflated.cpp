// core/record/hdf5/deflated.cpp -- chunks that unpack to more than they may hold: a thousandfold, HDF5 would follow.
#include <weir/record/hdf5/bounds.hpp>

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>

#include <weir/record/data/run_spec.hpp>

namespace weir::hdf5 {
namespace {

constexpr std::size_t harmless = 256 << 10;  // deflate makes at most 1,032 bytes of one
constexpr std::size_t checksum_bytes = 4;    // fletcher32 may have added them before

// Whether deflated bytes unpack to more than `most`, found without keeping them.
bool unpacks_beyond(std::vector<unsigned char>& deflated, std::uint64_t most) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return false;
  stream.next_in = deflated.data();
  stream.avail_in = static_cast<uInt>(deflated.size());
  std::array<unsigned char, 1 << 16> part;
  int state = Z_OK;
  while (state == Z_OK && stream.total_out <= most) {
    stream.next_out = part.data();
    stream.avail_out = part.size();
    state = inflate(&stream, Z_NO_FLUSH);
  }
  const bool beyond = stream.total_out > most;
  inflateEnd(&stream);
  return beyond;  // what is damaged otherwise, HDF5 says
}

// The next chunk's first element, in the order of storage; false after the last.
bool advance(std::vector<hsize_t>& at, const std::vector<std::int64_t>& shape,
             const std::vector<std::int64_t>& chunk) {
  for (std::size_t axis = at.size(); axis-- > 0; at[axis] = 0)
    if ((at[axis] += static_cast<hsize_t>(chunk[axis])) < static_cast<hsize_t>(shape[axis])) return true;
  return false;
}

}  // namespace

void require_fitting_chunks(const File& file, hid_t dataset, const std::string& path,
                            const std::vector<std::int64_t>& chunk, std::uint64_t chunk_bytes) {
  const auto shape = shape_of(dataset);
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return;
  std::vector<hsize_t> at(shape.size(), 0);
  do {
    hsize_t stored = 0;
    if (H5Dget_chunk_storage_size(dataset, at.data(), &stored) < 0 || stored <= harmless) continue;
    std::vector<unsigned char> bytes(stored);
    std::uint32_t left_out = 0;
    check(H5Dread_chunk(dataset, H5P_DEFAULT, at.data(), &left_out, bytes.data()), file.path,
          "read a chunk of", path);
    if (unpacks_beyond(bytes, chunk_bytes + checksum_bytes))
      throw RecordError(
          fmt::format("{}: {} has a chunk that unpacks to more than its {} bytes: the file is damaged, "
                      "or made to harm",
                      file.path.string(), path, chunk_bytes));
  } while (advance(at, shape, chunk));
  H5Eclear2(H5E_DEFAULT);
}

}  // namespace weir::hdf5
