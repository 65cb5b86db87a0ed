// core/record/write/sync.hpp -- what HDF5 leaves to the system: room on the disk, and what is brought there.
#pragma once

#include <cstdint>
#include <filesystem>

namespace weir::record {

void sync_file(const std::filesystem::path& file);  // RecordError if the disk refuses
void sync_folder(
    const std::filesystem::path& entry) noexcept;  // of `entry`: makes a rename last; where it can

// Takes the first `bytes` bytes of the open file from the file system, so that a later write into them cannot
// run out of space; RecordError if there is no room. File systems that cannot promise this are left alone.
void reserve(int descriptor, std::uint64_t bytes, const std::filesystem::path& file);
// From now on whatever is written to the descriptor goes nowhere.
void disconnect(int descriptor) noexcept;

}  // namespace weir::record
