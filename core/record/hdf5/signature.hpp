// core/record/hdf5/signature.hpp -- checksums of datasets that are written once and whole.
//
// Such a dataset has the attribute crc32c, the checksum of its bytes as they lie in the file; the attribute itself lies in
// the object's header, which HDF5 checks. A tensor in chunks has fletcher32 instead, and HDF5 checks that. What is
// changed later has the checksum -1, which is none, in the meantime.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <weir/record/hdf5/hdf5.hpp>

namespace weir::hdf5 {

bool has_own_checksum(hid_t dataset);                     // fletcher32
void reserve_signature(const File& file, hid_t dataset);  // of what is written under SWMR
void sign(const File& file, hid_t dataset, std::int64_t crc32c);
void sign(const File& file, hid_t dataset, std::span<const std::byte> bytes);
void sign(const File& file, const std::string& path);    // what is there now
void unsign(const File& file, const std::string& path);  // before it is changed; to be flushed before that
std::optional<std::int64_t> signature_of(const File& file, hid_t dataset);

// Throws RecordError if the bytes of a signed dataset are not those that were signed.
void require_signed(const File& file, const std::string& path, hid_t dataset,
                    std::span<const std::byte> bytes);

// The whole of a dataset, read in pieces: throws RecordError if it cannot be read, or if its bytes are not those of `crc32c` or, without
// one, those that were signed.
void require_whole(const File& file, const std::string& path, std::optional<std::int64_t> crc32c = {});

}  // namespace weir::hdf5
