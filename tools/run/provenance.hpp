// tools/run/provenance.hpp -- where, when and with what a run was made.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <weir/front/check/graph.hpp>
#include <weir/record/recorder.hpp>

// command, host, device, threads, dtype, pipeline_file, git_commit (of its folder, where that is in a repository).
std::map<std::string, std::string> provenance(const weir::Graph& graph, const std::string& command,
                                              const std::string& device);

// Every plugin that the graph uses: name, version, file, SHA-256 of the library.
std::vector<weir::RunSpec::Version> plugin_versions(const weir::Graph& graph);

// Weir, LibTorch, HDF5 and the compiler.
std::vector<weir::RunSpec::Version> library_versions();

// A new identifier, time first (as UUIDv7).
std::string new_run_id();
