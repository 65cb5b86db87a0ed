// tools/run/export_field.hpp -- the field that a flow follows, as a file of its own.
#pragma once

#include <filesystem>
#include <string>

#include <weir/executor/executor.hpp>

// Of a graph that has run: the field that the integrator `node` follows, told what it is told there, as a TorchScript archive. Errors:
// weir::InvalidInput where no archive can hold it, weir::os::FileError.
void export_field(const weir::Executor& executor, const weir::Graph& graph, const std::string& node,
                  const std::filesystem::path& out);
