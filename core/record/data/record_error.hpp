// core/record/data/record_error.hpp -- what reading and writing HDF5 end with where they fail.
#pragma once

#include <stdexcept>

namespace weir {

// An input/output failure (exit code 4): the file, what was tried, and HDF5's or the system's own reason.
class RecordError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace weir
