// core/record/arrays_file.hpp -- a file of named arrays, for checkpoints, shared results, tables.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <weir/record/data/array.hpp>

namespace weir {

// Written whole: to a temporary beside it, synced, renamed. Names may hold slashes (groups). `texts` become uint8[] datasets.
// Errors, of both: RecordError, which names the file and the reason.
void write_arrays(const std::filesystem::path& file, const Arrays& arrays,
                  const std::map<std::string, std::string>& texts = {});
Arrays read_arrays(const std::filesystem::path& file);
// A folder of such files, with what was left of unfinished ones; whatever else lies in it stays, and then the folder too.
void remove_arrays(const std::filesystem::path& folder);

}  // namespace weir
