// core/record/sync.hpp -- to the disk, not only to the kernel.
#pragma once

#include <filesystem>

namespace weir::record {

void sync_file(const std::filesystem::path& file);            // RecordError if the disk refuses
void sync_folder(const std::filesystem::path& entry) noexcept;   // of `entry`: makes a rename last; where it can

}  // namespace weir::record
