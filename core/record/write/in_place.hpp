// core/record/write/in_place.hpp -- a record that is removed, moved or replaced while it is written.
#pragma once

#include <filesystem>

namespace weir::record {

// After a flush, so that what the descriptor has open is whole. Throws RecordError if `file` is another file by now, or none. If it was
// removed, its bytes would go with the process: they are copied back to its name, or beside it where that is taken, before this throws.
void require_in_place(int descriptor, const std::filesystem::path& file);

}  // namespace weir::record
