// core/front/faults/place.hpp -- where a value was written.
#pragma once

#include <string>

namespace weir {

// A span of a pipeline file. Lines and columns count from 1; line 0 means that the value was not written in a file
// (a default, or `--set`, in which case `file` holds the words that gave it, such as "--set task.noise.sigma=0.1").
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
  int length = 1;

  bool operator==(const Place&) const = default;
};

}  // namespace weir
