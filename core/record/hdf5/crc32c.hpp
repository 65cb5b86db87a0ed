// core/record/hdf5/crc32c.hpp -- CRC-32C (Castagnoli), the checksum of a trace's blocks.
//
// Source   RFC 3720, appendix B.4: polynomial 0x1EDC6F41, reflected, initial value and final xor 0xFFFFFFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace weir::record {

// Grows with the bytes given: a block may arrive in pieces.
class Crc32c {
 public:
  Crc32c() = default;
  explicit Crc32c(std::uint32_t before) : state_(~before) {}  // goes on from the checksum of what came before
  void add(std::span<const std::byte> bytes);
  std::uint32_t value() const { return ~state_; }

 private:
  std::uint32_t state_ = 0xFFFFFFFFu;
};

}  // namespace weir::record
