// core/record/hdf5/crc32c.cpp -- CRC-32C, eight bytes at a time by tables, without special instructions.
#include <weir/record/hdf5/crc32c.hpp>

#include <array>

namespace weir::record {
namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) ? 0x82F63B78u : 0u);
    tables[0][i] = crc;
  }
  for (std::size_t t = 1; t < 8; ++t)
    for (std::size_t i = 0; i < 256; ++i)
      tables[t][i] = (tables[t - 1][i] >> 8) ^ tables[0][tables[t - 1][i] & 0xFFu];
  return tables;
}

constexpr Tables tables = make_tables();

}  // namespace

void Crc32c::add(std::span<const std::byte> bytes) {
  std::uint32_t crc = state_;
  const auto* p = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, p += 8) {
    crc ^= std::uint32_t{p[0]} | std::uint32_t{p[1]} << 8 | std::uint32_t{p[2]} << 16 |
           std::uint32_t{p[3]} << 24;
    crc = tables[7][crc & 0xFFu] ^ tables[6][crc >> 8 & 0xFFu] ^ tables[5][crc >> 16 & 0xFFu] ^
          tables[4][crc >> 24] ^ tables[3][p[4]] ^ tables[2][p[5]] ^ tables[1][p[6]] ^ tables[0][p[7]];
  }
  for (; left > 0; --left, ++p) crc = (crc >> 8) ^ tables[0][(crc ^ *p) & 0xFFu];
  state_ = crc;
}

}  // namespace weir::record
