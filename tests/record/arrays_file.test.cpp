// tests/record/arrays_file.test.cpp -- files of named arrays.
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>
#include <fstream>

#include <weir/record/arrays_file.hpp>
#include <weir/record/reader.hpp>
#include "dummy_run.hpp"

using Catch::Matchers::EndsWith;
using weir::DType;

TEST_CASE("named arrays of every type and shape come back as they went", "[record][arrays]") {
  const dummy::Folder folder;
  weir::Arrays arrays;
  arrays["loss"] = dummy::scalar(0.5);
  arrays["params/net.0.weight"] = dummy::array<float>(DType::float32, {2, 3}, {1, 2, 3, 4, 5, 6});
  arrays["params/net.0.bias"] = dummy::array<float>(DType::float32, {0}, {});
  arrays["empty/rows"] = dummy::array<double>(DType::float64, {3, 0, 2}, {});
  arrays["steps"] = dummy::array<std::int64_t>(DType::int64, {2}, {-1, std::int64_t{1} << 60});
  arrays["labels"] = dummy::array<std::int32_t>(DType::int32, {2, 1}, {-7, 7});
  arrays["pixels"] = dummy::array<std::uint8_t>(DType::uint8, {4}, {0, 1, 254, 255});
  arrays["large"] = dummy::array<float>(DType::float32, {3, 1000, 200}, std::vector<float>(600000, 0.25f));
  weir::write_arrays(folder / "state.h5", arrays, {{"note", "\xC3\xA4\n"}, {"texts/empty", ""}});

  const weir::Arrays read = weir::read_arrays(folder / "state.h5");
  REQUIRE(read.size() == arrays.size() + 2);
  for (const auto& [name, array] : arrays) {
    INFO(name);
    REQUIRE(read.contains(name));
    CHECK(read.at(name).dtype == array.dtype);
    CHECK(read.at(name).shape == array.shape);
    CHECK(*read.at(name).bytes == *array.bytes);
  }
  const weir::Reader reader(folder / "state.h5");
  CHECK(reader.text("/note") == "\xC3\xA4\n");
  CHECK(reader.text("/texts/empty").empty());
  CHECK(reader.rows("/params/net.0.weight", 1, 1).data<float>()[2] == 6);
  CHECK(reader.members("/") == std::vector<std::string>{"empty", "labels", "large", "loss", "note", "params",
                                                        "pixels", "steps", "texts"});
  CHECK_THROWS_WITH(reader.rows("/steps", 1, 2), EndsWith("/steps has shape [2]; rows 1 to 3 are not in it"));
  CHECK_THROWS_WITH(reader.read("/nothing"),
                    EndsWith("cannot open /nothing: object 'nothing' doesn't exist"));
}

TEST_CASE("writing arrays twice gives the same bytes, and a failed write leaves the old file",
          "[record][arrays]") {
  const dummy::Folder folder;
  const weir::Arrays arrays{{"a/b", dummy::scalar(1)},
                            {"c", dummy::array<float>(DType::float32, {3}, {1, 2, 3})}};
  const auto bytes_of = [](const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  weir::write_arrays(folder / "one.h5", arrays);
  weir::write_arrays(folder / "two.h5", arrays);
  const std::string before = bytes_of(folder / "one.h5");
  CHECK(before == bytes_of(folder / "two.h5"));

  const int code = dummy::wait(dummy::start([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{20'000, 20'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      weir::write_arrays(
          folder / "one.h5",
          {{"large", dummy::array<float>(DType::float32, {100000}, std::vector<float>(100000, 1.0f))}});
    } catch (const weir::RecordError& error) {
      return EndsWith(": File too large").match(error.what()) ? 0 : 1;
    }
    return 2;
  }));
  CHECK(code == 0);
  CHECK(bytes_of(folder / "one.h5") == before);
  CHECK(std::distance(std::filesystem::directory_iterator(folder / ""), {}) == 2);
}

TEST_CASE("one changed bit of an array is refused, of a scalar and of an integer too", "[record][arrays]") {
  const dummy::Folder folder;
  const auto file = folder / "state.h5";
  const weir::Array scalar = dummy::scalar(0.123456789),
                    steps = dummy::array<std::int64_t>(weir::DType::int64, {2}, {77001, 5});
  weir::write_arrays(file, {{"state/rate", scalar}, {"state/steps", steps}});
  const auto [bytes, path] = GENERATE_COPY(table<std::vector<std::byte>, std::string>(
      {{*scalar.bytes, "/state/rate"}, {*steps.bytes, "/state/steps"}}));
  dummy::flip(file, bytes);
  CHECK_THROWS_WITH(weir::read_arrays(file),
                    Catch::Matchers::EndsWith("state.h5: " + path +
                                              " does not match its checksum: it was damaged or "
                                              "changed after it was written"));
}

TEST_CASE("a folder of arrays is removed with what was left unfinished, and nothing else",
          "[record][arrays]") {
  const dummy::Folder folder;
  namespace fs = std::filesystem;
  const fs::path ours = folder / "run.h5.checkpoint", elsewhere = folder / "elsewhere";
  weir::remove_arrays(ours);  // of one that is not there
  for (const bool foreign : {false, true}) {
    fs::create_directories(ours);
    weir::write_arrays(ours / "train.inner.h5", {{"a", dummy::scalar(1)}});
    std::ofstream(ours / ".train.h5.17-0.new") << "half";
    if (foreign) std::ofstream(ours / "notes.txt") << "mine";
    weir::remove_arrays(ours);
    CHECK(fs::exists(ours) == foreign);
  }
  CHECK(std::distance(fs::directory_iterator(ours), {}) == 1);

  fs::create_directories(elsewhere);
  weir::write_arrays(elsewhere / "train.h5", {{"a", dummy::scalar(1)}});
  fs::create_directory_symlink(elsewhere, folder / "planted");
  weir::remove_arrays(folder / "planted");
  CHECK(fs::exists(elsewhere / "train.h5"));
}
