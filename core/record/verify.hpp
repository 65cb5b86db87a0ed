// core/record/verify.hpp -- whether a record is whole: every checksum, and what must hold between its parts.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <weir/record/data/record_error.hpp>

namespace weir {

struct Damage {
  std::string path;  // of a dataset or a trace's group; "" for the record as a whole
  std::string what;  // a sentence
};

struct Verified {
  std::int64_t datasets = 0, rows = 0;  // looked at: datasets, a trace as one; committed rows of traces
  std::vector<Damage> damage;           // empty for a record that is whole
};

// Reads everything, in pieces of a few MiB, and changes nothing; also while the record is written, of which then what is committed
// is verified. What holds: every dataset of /schema is there in the shape and type that it declares and can be read; rows, texts and
// tensors match their checksums; no trace is shorter than what was committed, and in a record that was closed none is longer; the
// heartbeat counts these rows; attributes can be read, and what leads axes to their scales is as it was. Errors: RecordError if the file cannot be opened as a record at all.
Verified verify_record(const std::filesystem::path& file);

}  // namespace weir
