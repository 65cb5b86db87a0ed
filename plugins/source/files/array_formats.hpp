// plugins/source/files/array_formats.hpp -- the formats behind array_file.hpp.
#pragma once

#include "array_file.hpp"

namespace weir::files {

std::unique_ptr<ArrayFile> open_npy(const std::filesystem::path& file);
std::unique_ptr<ArrayFile> open_npz(const std::filesystem::path& file);
std::unique_ptr<ArrayFile> open_safetensors(const std::filesystem::path& file);

// From the start of a stream: magic, version, dictionary. Errors: std::runtime_error with what is wrong.
ArrayHeader npy_header(ByteStream& stream);

// Bytes that `shape` takes, with `element` each. Errors: std::runtime_error if that overflows.
std::uint64_t bytes_of(const Shape& shape, std::uint64_t element);

// A part of a file, from `first` on.
std::unique_ptr<ByteStream> part_of_file(const std::filesystem::path& file, std::uint64_t first);

}  // namespace weir::files
