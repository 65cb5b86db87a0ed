// core/record/write/revive.hpp -- records whose writer died: what must hold before one is written again.
#pragma once

#include <filesystem>
#include <string>

#include <weir/record/data/committed.hpp>
#include <weir/record/data/run_spec.hpp>
#include <weir/record/hdf5/hdf5.hpp>

namespace weir::record {

// Clears HDF5's marks of an unfinished writer, in place and without truncating: the file's end is taken from
// the file itself, since the superblock of a killed writer can be behind (the tool h5clear then cuts the data
// off).
void clear_flags(const std::filesystem::path& file);

bool is_record(const hdf5::File& file);  // of a format that this version knows
// Throws RecordError with the reason and the remedy.
void require_resumable(const hdf5::File& file, const RunSpec& run);
// What a run does not write again, texts and scales, is as it was signed.
void require_signed_parts(const hdf5::File& file, const RunSpec& run);
void require_rows(const hdf5::File& file, const std::string& trace, const Committed& kept);

}  // namespace weir::record
