// core/record/salvage.hpp -- what is whole of a damaged record, as a record of its own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <weir/record/data/record_error.hpp>

namespace weir {

// Writes to `to`, a new file, every group, dataset and attribute of `from` that is whole. Of a trace the damaged blocks of rows are left
// out, and the others keep their steps; a trace whose steps are damaged, and a tensor that is, are left out. The new record has the
// status `salvaged`: no run goes on with it. Returns what was left out, one sentence each. Errors: RecordError if `from` cannot be
// opened as a record, or `to` exists or cannot be written.
std::vector<std::string> salvage_record(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace weir
