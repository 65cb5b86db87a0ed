// core/record/info.hpp -- what a record holds, in words: `weir info OUT.h5`.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace weir {

// Status, times, pipeline, plugins, and every dataset with shape, dtype, unit, description and (for traces of
// numbers) its last value; for any other HDF5 file, such as a sweep's index.h5, its columns. Reads live
// records too. Errors: RecordError if the file cannot be read.
nlohmann::json info_json(const std::filesystem::path& file);
std::string info(const std::filesystem::path& file);

}  // namespace weir
