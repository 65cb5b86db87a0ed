// core/record/write/layout.hpp -- where things lie in a record (format 1.0), and how each dataset is declared.
//
// Trace:   group with value [n, row...], step int64 [n], value_crc int64 [blocks]; unfiltered chunks, since a
// partly filled
//          checksummed chunk is unreadable for live readers and after kills.
// Tensor:  up to 64 KiB of fixed shape contiguous; else chunks of 512 KiB along the first axis with
// fletcher32, which is
//          safe because a tensor is written once and whole. Floats not yet written read as NaN.
// Axes:    every axis has a label and a dimension scale (netCDF's rule, so that xarray sees names): the
// values given, else
//          a netCDF dimension without a variable. A scale with one value more than its axis (bin edges)
//          cannot be a dimension scale: it lies beside the dataset, named by the attribute @<dim>_edges.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <weir/record/data/run_spec.hpp>
#include <weir/record/hdf5/hdf5.hpp>

namespace weir::record {

inline constexpr std::size_t status_capacity = 16;
inline constexpr std::size_t message_capacity = 4096;
inline constexpr std::size_t warnings_capacity = 8192;
inline constexpr std::size_t time_capacity = 24;  // 2026-11-24T15:50:25Z

std::size_t row_bytes(const DatasetSpec& spec);  // of one row of a trace
std::vector<std::int64_t> trace_chunk(const std::vector<std::int64_t>& row, std::size_t element);
std::vector<std::int64_t> tensor_chunk(const std::vector<std::int64_t>& shape, std::size_t element);

// Declares the nodes and datasets of a run in an empty file.
void declare_nodes(const hdf5::File& file, const RunSpec& run);
// Everything else: root attributes, status, pipeline, schema, provenance.
void declare_run(const hdf5::File& file, const RunSpec& run);
// Opens a new row of /provenance/attempts; returns its number, from 1.
std::int64_t begin_attempt(const hdf5::File& file);
void end_attempt(const hdf5::File& file, std::int64_t attempt, int exit);
// /status and /message of a record that nobody will write any more, with checksums; while it is written they have none, since after
// a failed write nothing but their bytes can be changed.
void set_status(const hdf5::File& file, const std::string& status, const std::string& message);
// To /warnings, a line each, those that are not there; what has no room is left out, and the last line says so.
void add_warnings(const hdf5::File& file, const std::vector<std::string>& warnings);
void unsign_status(const hdf5::File& file);  // to be flushed before they are changed
// Throws RecordError if a declared dataset is missing from an existing record or differs in type or shape.
void verify_layout(const hdf5::File& file, const RunSpec& run);

std::string now_utc();                         // ISO 8601, seconds
nlohmann::json schema_of(const RunSpec& run);  // what /schema holds

}  // namespace weir::record
