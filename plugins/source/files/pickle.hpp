// plugins/source/files/pickle.hpp -- what a pickle of PyTorch tells of, without making anything that it asks for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weir::files {

// Values refer to each other by their place, so that none is a chain of owners.
struct PickleValue {
  enum class Kind { other, number, text, name, list, dict, storage, tensor };
  Kind kind = Kind::other;
  std::int64_t number = 0;
  std::string text;  // also of a name, "module name", and of a storage its key
  std::vector<std::size_t>
      items;  // of a list or tuple; of a dict keys and values in turn; of a storage its type; of a tensor its arguments
};

struct Pickle {
  std::vector<PickleValue> values;
  std::size_t root = 0;
};

// Errors: std::runtime_error for what is no pickle that torch.save writes.
Pickle read_pickle(const std::string& text);
[[noreturn]] void damaged_pickle(const std::string& why);

}  // namespace weir::files
