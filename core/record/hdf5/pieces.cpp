// core/record/hdf5/pieces.cpp -- reading datasets of any size in pieces of a few MiB.
#include <weir/record/hdf5/pieces.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <weir/record/data/record_error.hpp>

namespace weir::hdf5 {
namespace {

constexpr std::size_t piece_bytes = 4u << 20;
constexpr int deepest = 64;  // groups within groups

herr_t add_link(hid_t, const char* name, const H5L_info_t* link, void* into) {
  if (link->type == H5L_TYPE_HARD) static_cast<std::vector<std::string>*>(into)->emplace_back(name);
  return 0;
}

void walk(const File& file, const std::string& group, int depth,
          const std::function<void(const std::string&)>& dataset,
          const std::function<void(const std::string&, const std::string&)>& unreadable) {
  std::vector<std::string> names;
  try {
    if (depth > deepest) throw RecordError(fmt::format("more than {} groups within each other", deepest));
    const Handle id(check(H5Gopen2(file.id, group.c_str(), H5P_DEFAULT), file.path, "open", group), H5Gclose);
    check(H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, nullptr, add_link, &names), file.path, "list", group);
  } catch (const RecordError& error) {
    unreadable(group, error.what());
  }
  for (const std::string& name : names) {
    const std::string path = (group == "/" ? "" : group) + "/" + name;
    H5O_info_t info{};
    if (H5Oget_info_by_name2(file.id, path.c_str(), &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0)
      unreadable(path, reason());
    else if (info.type == H5O_TYPE_GROUP)
      walk(file, path, depth + 1, dataset, unreadable);
    else if (info.type == H5O_TYPE_DATASET)
      dataset(path);
  }
}

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
  std::size_t row_bytes = H5Tget_size(type);
  for (std::size_t axis = 1; axis < shape.size(); ++axis) row_bytes *= static_cast<std::size_t>(shape[axis]);
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

void each_dataset(const File& file, const std::string& group,
                  const std::function<void(const std::string&)>& dataset,
                  const std::function<void(const std::string&, const std::string&)>& unreadable) {
  walk(file, group, 0, dataset, unreadable);
}

}  // namespace weir::hdf5
