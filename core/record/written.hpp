// core/record/written.hpp -- which tensors of a record hold what a node wrote.
#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace weir {

// Paths of the tensors of /schema that no node has written, of a run that is not finished: fill values lie there, NaN or 0. Traces are
// what their rows are. By /committed; empty where both of its copies are damaged, and of a file that is no record. Errors: RecordError.
std::set<std::string> unwritten_tensors(const std::filesystem::path& file);

// What is wrong with reading this dataset if it is such a tensor, "" of any other, also of other files. Errors: RecordError.
std::string unwritten_text(const std::filesystem::path& file, const std::string& dataset);
inline constexpr auto unwritten_remedy = "go on with that run first, by the command that made it";

}  // namespace weir
