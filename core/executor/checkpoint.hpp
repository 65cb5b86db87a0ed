// core/executor/checkpoint.hpp -- states of unfinished nodes beside the record, and results shared between the runs of a sweep.
//
// A checkpoint of node N is the file <folder>/N.h5, of a long name, or one with capitals, a part of it and of its hash: the node's State under state/, under rows/ how many rows each trace of N and of
// its children had been committed with and their checksums, and whose it is: the record's run_id, and N. A shared result is
// <folder>/<key>.h5: the finished State, the rows themselves under trace/, and its key. Both are written to a temporary file and
// renamed; every array has a checksum. A file that is damaged, or another's by what it says of itself, is refused by name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include <weir/node.hpp>
#include <weir/record/data/committed.hpp>

namespace weir {

// A saved array as it was: floating numbers keep their precision, whatever the graph's is (moments may be float64 in a float32 graph).
Tensor saved_tensor(const Array& array, const at::TensorOptions& options);

struct Checkpoint {
  State state;
  KeptRows rows;  // by trace path
};

void write_checkpoint(const std::filesystem::path& folder, const std::string& run_id, const std::string& node,
                      const Checkpoint& checkpoint);
// Nothing if there is none. Throws RecordError.
std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& folder, const std::string& run_id,
                                          const std::string& node, const at::TensorOptions& options);

struct SharedResult {
  State state;
  Arrays rows;  // "<trace path>/value", "<trace path>/step"
};

void write_shared(const std::filesystem::path& folder, const std::string& key, const SharedResult& result);
bool is_shared(const std::filesystem::path& folder, const std::string& key);
std::optional<SharedResult> read_shared(const std::filesystem::path& folder, const std::string& key,
                                        const at::TensorOptions& options);

}  // namespace weir
