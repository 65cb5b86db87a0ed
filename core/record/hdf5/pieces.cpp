// core/record/hdf5/pieces.cpp -- reading datasets of any size in pieces of a few MiB.
#include <weir/record/hdf5/pieces.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <weir/record/data/record_error.hpp>
#include <weir/record/hdf5/bounds.hpp>

namespace weir::hdf5 {
namespace {

constexpr std::size_t piece_bytes = 4u << 20;

}  // namespace

void each_piece(const File& file, const std::string& path, hid_t dataset, std::int64_t first,
                std::int64_t last, const Piece& piece) {
  const Handle type(H5Dget_type(dataset), H5Tclose);
  const auto kind = H5Tget_class(type);
  const bool plain = kind == H5T_FLOAT || kind == H5T_INTEGER || kind == H5T_ENUM ||
                     (kind == H5T_STRING && H5Tis_variable_str(type) <= 0);
  if (!plain)
    throw RecordError(fmt::format("{}: {} holds neither numbers nor texts", file.path.string(), path));
  const auto shape = shape_of(dataset);
  auto row = shape;
  if (!row.empty()) row[0] = std::min<std::int64_t>(row[0], 1);
  const std::size_t row_bytes = bytes_of(file, dataset, path, row, H5Tget_size(type));
  if (row_bytes == 0) return;
  const Handle space(H5Dget_space(dataset), H5Sclose);
  const auto rows = static_cast<std::int64_t>(std::max<std::size_t>(1, piece_bytes / row_bytes));
  std::vector<std::byte> bytes;
  for (; first < last; first += rows) {
    const std::int64_t count = std::min(rows, last - first);
    bytes.resize(static_cast<std::size_t>(count) * row_bytes);
    std::vector<hsize_t> start(shape.size(), 0), sizes(shape.begin(), shape.end());
    Handle cells = space_of({});
    if (!shape.empty()) {
      start[0] = static_cast<hsize_t>(first);
      sizes[0] = static_cast<hsize_t>(count);
      check(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, sizes.data(), nullptr),
            file.path, "select rows of", path);
      cells = Handle(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose);
    }
    check(H5Dread(dataset, type, cells, space, H5P_DEFAULT, bytes.data()), file.path, "read", path);
    piece(bytes);
  }
}

void each_piece(const File& file, const std::string& path, hid_t dataset, const Piece& piece) {
  const auto shape = shape_of(dataset);
  each_piece(file, path, dataset, 0, shape.empty() ? 1 : shape[0], piece);
}

}  // namespace weir::hdf5
