// tools/lab/records/sweep_info.hpp -- what the folder of a sweep holds.
#pragma once

#include <filesystem>

namespace weir::tools {

// Prints the runs of the folder with their status and numbers, from table.csv's twin index.h5. Throws
// CommandError(invalid) if it is not the folder of a sweep.
int sweep_info(const std::filesystem::path& folder, bool json);

}  // namespace weir::tools
