// core/record/reader.hpp -- reading HDF5: records of runs, and data sets in any HDF5 file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <weir/record/data/array.hpp>
#include <weir/record/data/record_error.hpp>

namespace weir {

// Opens for reading only, also while a run is writing (SWMR). Files may be anybody's: nothing that one says of itself is believed
// before it is checked. Read are whole regular files, by hard links; numbers, booleans and fixed texts that lie in the file
// itself, plain or compressed by deflate; of what was never written, and of what is compressed, not more than a file of its size
// may stand for (core/record/hdf5/bounds.hpp). Errors: RecordError naming file, dataset, reason and remedy.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  std::string file() const;                 // its name, for errors
  bool has(const std::string& path) const;  // "/nodes/train/loss/value"
  bool is_group(const std::string& path) const;
  std::vector<std::int64_t> shape(const std::string& path) const;
  DType dtype(const std::string& path) const;  // other number types are given as the nearest of DType
  Array read(const std::string& path) const;   // whole
  Array rows(const std::string& path, std::int64_t first, std::int64_t count) const;
  std::string text(const std::string& path) const;                // a uint8[] or fixed-ASCII dataset
  bool is_text(const std::string& path) const;                    // holds fixed-ASCII strings
  std::vector<std::string> texts(const std::string& path) const;  // a column of fixed-ASCII strings
  std::string attribute(const std::string& path, const std::string& name) const;  // "" if there is none
  std::vector<std::string> members(const std::string& group) const;               // sorted
  // Paths of all that is no group below it, depth first, each object once however many links lead to it.
  std::vector<std::string> objects(const std::string& group) const;
  std::string type(
      const std::string& path) const;  // "float32", "text", "compound", "soft link", whatever is there
  std::vector<std::int64_t> integers(const std::string& path, std::int64_t least) const;  // at least so many
  nlohmann::json json(const std::string& path) const;                                     // of a text dataset

 private:
  std::int64_t file_;
};

}  // namespace weir
