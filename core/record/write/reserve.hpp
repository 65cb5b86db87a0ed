// core/record/write/reserve.hpp -- what HDF5 leaves to the system: room on the disk, and where a broken file goes.
#pragma once

#include <cstdint>
#include <filesystem>

#include <weir/record/hdf5/hdf5.hpp>

namespace weir::record {

// Takes the first `bytes` bytes of the open file from the file system, so that a later write into them cannot
// run out of space; RecordError if there is no room. File systems that cannot promise this are left alone.
void reserve(int descriptor, std::uint64_t bytes, const std::filesystem::path& file);
// From now on whatever is written to the descriptor goes nowhere.
void disconnect(int descriptor) noexcept;
// Of a file that HDF5 could not write: nothing more of it is written, not even by closing it.
void let_go(hdf5::Handle& file) noexcept;

}  // namespace weir::record
