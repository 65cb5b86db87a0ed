// core/record/write/heartbeat.cpp -- /heartbeat: when a record was last written to, and how much of it there was.
#include <weir/record/write/heartbeat.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <span>

#include <weir/record/data/record_error.hpp>
#include <weir/record/hdf5/crc32c.hpp>

namespace weir::record {
namespace {

using hdf5::check;
using hdf5::Handle;

constexpr auto path = "/heartbeat";
using Numbers = std::array<std::int64_t, 5>;

Numbers numbers_of(const Heartbeat& beat) {
  Numbers numbers{beat.unix_ns, beat.rows, beat.bytes, beat.attempt, 0};
  Crc32c sum;
  sum.add(std::as_bytes(std::span(numbers).first<4>()));
  numbers[4] = sum.value();
  return numbers;
}

}  // namespace

void Heartbeat::create(const hdf5::File& file) {
  hdf5::create_numbers(file, path, {std::tuple_size_v<Numbers>},
                       "unix time (ns), committed rows, bytes of the file, attempt, crc32c of these");
}

Heartbeat Heartbeat::read(const hdf5::File& file) {
  const Handle dataset = hdf5::open_dataset(file, path);
  Numbers numbers{};
  if (const auto shape = hdf5::shape_of(dataset); shape != std::vector<std::int64_t>{std::ssize(numbers)})
    throw RecordError(fmt::format("{}: {} has shape [{}], not [{}]", file.path.string(), path,
                                  fmt::join(shape, ", "), numbers.size()));
  check(H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()), file.path, "read",
        path);
  const Heartbeat beat{numbers[0], numbers[1], numbers[2], numbers[3]};
  if (numbers_of(beat) != numbers)
    throw RecordError(fmt::format("{}: {} does not match its checksum", file.path.string(), path));
  return beat;
}

void Heartbeat::write(const hdf5::File& file, hid_t dataset) const {
  const Numbers numbers = numbers_of(*this);
  check(H5Dwrite(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()), file.path,
        "write", path);
}

}  // namespace weir::record
