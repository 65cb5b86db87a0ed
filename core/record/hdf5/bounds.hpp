// core/record/hdf5/bounds.hpp -- what a file says of a dataset, checked before it is believed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <weir/record/hdf5/hdf5.hpp>

namespace weir::hdf5 {

// Memory that a dataset may take whatever the file stores of it (bytes), and beyond it for each byte stored: what was never
// written, and what is compressed, is larger in memory than in the file.
constexpr std::uint64_t free_bytes = 64u << 20, most_expansion = 100;

std::string amount(std::uint64_t bytes);  // "300 bytes", "528.4 kB"

// What the system says; HDF5 believes what the file says of itself.
std::uint64_t file_bytes(const File& file);

// How the numbers of a dataset are read.
struct NumberType {
  DType dtype = DType::float64;
  bool boolean = false;  // h5py's: an enumeration of one byte, read as uint8
};

// "float32", "uint64", "text", "boolean", "compound", ..., whatever a dataset or attribute may hold.
std::string type_name(hid_t type);

// Integers of at most 8 bytes, floats of at most 16, booleans. Errors, here and below: RecordError naming file, dataset, rule,
// value and remedy.
NumberType number_type(const File& file, hid_t dataset, const std::string& path);

// Whether its values lie in other files: external storage, virtual datasets.
bool lies_elsewhere(hid_t dataset);

// Refused: values that lie in other files, and filters but deflate, shuffle and fletcher32, each once.
void require_plain(const File& file, hid_t dataset, const std::string& path);

// Bytes of `shape`, a part of the dataset, with elements of `element` bytes in memory. Refused: what overflows, what lies
// beyond the file's end, and more than the file can stand for (free_bytes, most_expansion).
std::size_t bytes_of(const File& file, hid_t dataset, const std::string& path,
                     const std::vector<std::int64_t>& shape, std::size_t element);

// Of a dataset that is compressed by deflate. Refused: a chunk that unpacks to more than `chunk_bytes`.
void require_fitting_chunks(const File& file, hid_t dataset, const std::string& path,
                            const std::vector<std::int64_t>& chunk, std::uint64_t chunk_bytes);

// H5Dread of the selection `space`, or H5S_ALL. A whole number that `memory` cannot hold is an error, not the nearest one that it can.
void read(const File& file, hid_t dataset, const std::string& path, hid_t memory, hid_t cells, hid_t space,
          void* into);

}  // namespace weir::hdf5
