// tests/record/crc32c.test.cpp -- the checksum against its standard and against Boost.
#include <weir/record/hdf5/crc32c.hpp>

#include <boost/crc.hpp>
#include <catch2/catch.hpp>
#include <random>
#include <string_view>
#include <vector>

using weir::record::Crc32c;

TEST_CASE("crc32c of 123456789 is the standard's check value", "[record][crc]") {
  constexpr std::string_view digits = "123456789";
  Crc32c sum;
  sum.add(std::as_bytes(std::span(digits)));
  CHECK(sum.value() == 0xE3069283u);
  CHECK(Crc32c().value() == 0);
}

TEST_CASE("crc32c of any bytes in any pieces is Boost's", "[record][crc]") {
  std::mt19937 random(3);
  for (std::size_t size = 0; size < 200; ++size) {
    std::vector<std::byte> bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::byte>(random());
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> wanted;
    wanted.process_bytes(bytes.data(), bytes.size());

    Crc32c sum;
    const std::size_t cut = size == 0 ? 0 : random() % size;
    sum.add(std::span(bytes).first(cut));
    sum.add(std::span(bytes).subspan(cut));
    CHECK(sum.value() == wanted.checksum());
  }
}
