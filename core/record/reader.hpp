// core/record/reader.hpp -- reading HDF5: records of runs, and data sets in any HDF5 file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <weir/record/data/array.hpp>
#include <weir/record/data/record_error.hpp>

namespace weir {

// Opens for reading only, also while a run is writing (SWMR). Errors: RecordError naming file, dataset and
// reason.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

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

 private:
  std::int64_t file_;
};

}  // namespace weir
