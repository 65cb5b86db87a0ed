// tools/lab/records/tables.hpp -- the files beside a sweep's records: which of them are ours to write again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace weir::tools {

inline constexpr const char* plan_name =
    "weir-sweep.json";  // which pipeline a folder belongs to, and the runs that it has had

// The names of all of them.
const std::vector<std::string>& table_names();

// The first file in the folder that has such a name and is not what weir writes there, by what is in it; "" if none has.
std::filesystem::path foreign_table(const std::filesystem::path& folder);

}  // namespace weir::tools
