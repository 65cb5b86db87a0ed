// core/record/hdf5/committed_table.cpp -- /committed: what of every dataset is in the file for certain.
#include <weir/record/hdf5/committed_table.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

#include <weir/record/hdf5/crc32c.hpp>

namespace weir::record {
namespace {

using hdf5::check;
using hdf5::File;
using hdf5::Handle;

constexpr auto path = "/committed";
constexpr std::size_t columns = 3;
constexpr std::int64_t most_datasets = 1'000'000, most_rows = std::int64_t{1} << 40;

// A slot's numbers: rows of datasets, then (commit, checksum, 0).
std::int64_t checksum_of(std::span<const std::int64_t> slot) {
  Crc32c sum;
  sum.add(std::as_bytes(slot.first(slot.size() - 2)));
  return sum.value();
}

std::vector<std::int64_t> slot_of(const std::vector<Committed>& committed, std::int64_t commit) {
  std::vector<std::int64_t> slot;
  for (const auto& each : committed) slot.insert(slot.end(), {each.rows, each.value_crc, each.step_crc});
  slot.insert(slot.end(), {commit, 0, 0});
  slot[slot.size() - 2] = checksum_of(slot);
  return slot;
}

struct Slot {
  std::int64_t commit = 0;
  std::vector<Committed> committed;
};

// Each of the two, if it is whole.
std::array<std::optional<Slot>, 2> slots(const File& file) {
  std::array<std::optional<Slot>, 2> found;
  const Handle dataset = hdf5::open_dataset(file, path);
  const auto shape = hdf5::shape_of(dataset);
  if (shape.size() != 3 || shape[0] != 2 || shape[1] < 1 || shape[1] > most_datasets || shape[2] != columns)
    return found;
  const std::size_t size = static_cast<std::size_t>(shape[1]) * columns;
  std::vector<std::int64_t> numbers(2 * size);
  check(H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()), file.path, "read",
        path);
  for (const std::size_t place : {0, 1}) {
    const std::span<const std::int64_t> slot(numbers.data() + place * size, size);
    const std::int64_t commit = slot[size - columns];
    if (commit < 1 || commit == INT64_MAX || checksum_of(slot) != slot[size - 2]) continue;
    Slot whole{commit, {}};
    for (std::size_t i = 0; i + columns < size; i += columns)
      whole.committed.push_back({slot[i], slot[i + 1], slot[i + 2]});
    if (std::ranges::all_of(whole.committed,
                            [](const Committed& each) { return each.rows >= 0 && each.rows <= most_rows; }))
      found[place] = std::move(whole);
  }
  return found;
}

std::optional<Slot> newest(const File& file) {
  auto [even, odd] = slots(file);
  if (!even || !odd) return even ? std::move(even) : std::move(odd);
  return even->commit > odd->commit ? std::move(even) : std::move(odd);
}

}  // namespace

void CommittedTable::create(const File& file, std::size_t datasets) {
  hdf5::create_numbers(file, path, {2, static_cast<std::int64_t>(datasets) + 1, columns},
                       "committed rows of each dataset of /schema, crc32c of its last rows and of its steps; "
                       "last (commit, crc32c, 0); the valid slot with the larger commit counts");
}

std::optional<std::vector<Committed>> CommittedTable::read(const File& file) {
  if (!hdf5::exists(file.id, path)) return std::nullopt;
  auto found = newest(file);
  if (!found) return std::nullopt;
  return std::move(found->committed);
}

bool CommittedTable::both_whole(const File& file) {
  const auto [even, odd] = slots(file);
  if (!even) return odd && odd->commit == 1;  // the first commit is of the odd slot
  return odd && std::abs(even->commit - odd->commit) == 1;
}

CommittedTable::CommittedTable(const File& file) : file_(file), dataset_(hdf5::open_dataset(file, path)) {
  if (const auto found = newest(file)) commits_ = found->commit;
}

void CommittedTable::write(const std::vector<Committed>& committed) {
  const auto slot = slot_of(committed, ++commits_);
  const hsize_t start[] = {static_cast<hsize_t>(commits_ % 2), 0, 0};
  const hsize_t size[] = {1, slot.size() / columns, columns};
  const Handle space(H5Dget_space(dataset_), H5Sclose);
  check(H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, size, nullptr), file_.path,
        "select rows of", path);
  const Handle cells(H5Screate_simple(3, size, nullptr), H5Sclose);
  check(H5Dwrite(dataset_, H5T_NATIVE_INT64, cells, space, H5P_DEFAULT, slot.data()), file_.path, "write",
        path);
  check(H5Dflush(dataset_), file_.path, "flush", path);
}

}  // namespace weir::record
