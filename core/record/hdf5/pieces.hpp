// core/record/hdf5/pieces.hpp -- reading datasets of any size in pieces of a few MiB.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include <weir/record/hdf5/hdf5.hpp>

namespace weir::hdf5 {

using Piece = std::function<void(std::span<const std::byte>)>;

// Rows [first, last) of axis 0, in order, in the type of the file. Errors: RecordError, also for what holds neither numbers nor
// fixed texts, and for a row that is larger than the file can stand for.
void each_piece(const File& file, const std::string& path, hid_t dataset, std::int64_t first,
                std::int64_t last, const Piece& piece);
// The whole dataset, a scalar too.
void each_piece(const File& file, const std::string& path, hid_t dataset, const Piece& piece);

}  // namespace weir::hdf5
