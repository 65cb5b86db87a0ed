// core/record/info.hpp -- what a record holds, in words: `weir info OUT.h5`.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace weir {

// Status, times, pipeline, plugins, and every dataset with shape, dtype, unit, description and, of a trace, its last
// values and, if it is one of numbers, its course; for any other HDF5 file, such as a sweep's index.h5, its columns. Of a
// trace a bounded number of rows is read, and of live records too. Errors: RecordError if the file cannot be read.
nlohmann::json info_json(const std::filesystem::path& file);
// With courses drawn in blocks, or in ASCII.
std::string info(const std::filesystem::path& file, bool blocks = false);

}  // namespace weir
