// core/record/written.hpp -- which tensors of a record hold what a node wrote.
#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace weir {

// Paths of the tensors of /schema that no node has written, of a run that is not finished: fill values lie there, NaN or 0. Traces are
// what their rows are. By /committed; empty where both of its copies are damaged, and of a file that is no record. Errors: RecordError.
std::set<std::string> unwritten_tensors(const std::filesystem::path& file);

}  // namespace weir
