// plugins/source/files/array_formats.hpp -- the formats behind array_file.hpp.
#pragma once

#include "array_file.hpp"

struct zip;  // libzip's zip_t

namespace weir::files {

std::unique_ptr<ArrayFile> open_npy(const std::filesystem::path& file);
// .npz, and .pt as torch.save writes it.
std::unique_ptr<ArrayFile> open_archived(const std::filesystem::path& file);
std::unique_ptr<ArrayFile> open_safetensors(const std::filesystem::path& file);

// From the start of a stream: magic, version, dictionary. Errors: std::runtime_error with what is wrong.
ArrayHeader npy_header(ByteStream& stream);

// Bytes that `shape` takes, with `element` each. Errors: std::runtime_error if that overflows.
std::uint64_t bytes_of(const Shape& shape, std::uint64_t element);

// A part of a file, from `first` on.
std::unique_ptr<ByteStream> part_of_file(const std::filesystem::path& file, std::uint64_t first);

// Members of a ZIP archive, by libzip, which looks at every member's CRC.
using Archive = std::shared_ptr<zip>;

// Errors, here and below: std::runtime_error with what is wrong.
Archive open_archive(const std::filesystem::path& file);
std::vector<std::string> members_of(const Archive& archive);
// One member's bytes. Refused: what unpacks to much more than the file has. `remedy` is how to write it instead.
std::unique_ptr<ByteStream> member_of(const Archive& archive, const std::string& name,
                                      const std::string& remedy);

// The tensors of a .pt file, whose pickle is the member `pickle`.
std::unique_ptr<ArrayFile> open_pt(const std::filesystem::path& file, const Archive& archive,
                                   const std::string& pickle);

}  // namespace weir::files
