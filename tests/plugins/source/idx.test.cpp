// tests/plugins/source/idx.test.cpp -- IDX files, written here byte by byte, and Fashion-MNIST where it is installed.
#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Shape;
using weir::Source;
using weir::Tensor;

namespace {

// Two images of 2 x 2: (0, 255; 51, 102) and (1, 2; 3, 4).
const std::vector<int> two_images{0, 0, 8, 3, 0, 0,   0,  2,   0, 0, 0, 2,
                                  0, 0, 0, 2, 0, 255, 51, 102, 1, 2, 3, 4};
// The same, as Python's gzip module writes it.
const std::vector<int> two_images_gz{31,  139, 8,   0,  0,   0,   0,   0,   2,   3,   99,  96,
                                     224, 96,  102, 96, 96,  96,  130, 227, 255, 198, 105, 140,
                                     76,  204, 44,  0,  198, 250, 216, 106, 24,  0,   0,   0};
const std::vector<int> two_labels{0, 0, 8, 1, 0, 0, 0, 2, 7, 3};
const std::string fashion = "/usr/share/datasets/fashion-mnist/";

std::unique_ptr<Source> idx(const json& params) {
  auto source = make<Source>("source/idx", params);
  run(*source);
  return source;
}

Tensor all(const Source& source) { return source.items(at::arange(*source.size(), at::kLong)); }

}  // namespace

TEST_CASE("IDX images become numbers between the ends of the range", "[source][idx]") {
  const Scratch scratch;
  const bool zipped = GENERATE(false, true);
  const std::string images = scratch.write("images", zipped ? two_images_gz : two_images);

  const auto source = idx({{"images", images}});

  CHECK(source->shape() == Shape{1, 2, 2});
  CHECK(source->size() == 2);
  CHECK_FALSE(source->labels().defined());
  CHECK(all(*source)[0].view({4}).allclose(row_of({-1, 1, -0.6, -0.2})));
  CHECK(all(*source)[1].view({4}).allclose(row_of({1, 2, 3, 4}) / 127.5 - 1));
  const auto unit = idx({{"images", images}, {"range", {0, 1}}, {"flatten", true}, {"limit", 1}});
  CHECK(unit->shape() == Shape{4});
  CHECK(all(*unit).allclose(row_of({0, 1, 0.2, 0.4}).view({1, 4})));
}

TEST_CASE("IDX images are shrunk by area and carry their labels", "[source][idx]") {
  const Scratch scratch;
  const auto source = idx({{"images", scratch.write("images", two_images)},
                           {"labels", scratch.write("labels", two_labels)},
                           {"size", 1},
                           {"range", {0, 1}}});
  CHECK(source->shape() == Shape{1, 1, 1});
  CHECK(all(*source).view({2}).allclose(row_of({0.4, 2.5 / 255})));
  CHECK(source->labels().equal(at::tensor({7, 3}, at::kLong)));
}

TEST_CASE("What is wrong with an IDX file is said before anything runs", "[source][idx]") {
  const Scratch scratch;
  const auto message = [&](const json& params) {
    const auto source = make<Source>("source/idx", params);
    const weir::Faults faults = plan(*source);
    REQUIRE(faults.size() == 1);
    return faults[0].message;
  };
  std::vector<int> floats = two_images, vast = two_images, cut = two_images;
  floats[2] = 13;
  vast[4] = 127;
  cut.resize(20);
  const std::string images = scratch.write("images", two_images), file = scratch / "bad";

  CHECK(message({{"images", scratch.write("bad", {'P', 'N', 'G', '!', 0})}}) ==
        "'" + file + "' is not an IDX file");
  CHECK(message({{"images", scratch.write("bad", {})}}) == "'" + file + "' is not an IDX file");
  CHECK(message({{"images", scratch.write("bad", floats)}}) ==
        "'" + file + "' holds IDX type 0x0d; only unsigned bytes (0x08) are read");
  CHECK(message({{"images", scratch.write("bad", two_labels)}}) ==
        "'" + file + "' has 1 axes where 3 are needed (images: count, height, width)");
  CHECK(message({{"images", scratch.write("bad", {0, 0, 8, 3, 0, 0})}}) ==
        "'" + file + "' ends within its header");
  CHECK(message({{"images", scratch.write("bad", cut)}}) ==
        "'" + file + "' is truncated: its header promises 24 bytes, it has 20");
  CHECK_THAT(message({{"images", scratch.write("bad", vast)}}),
             Catch::Contains("is truncated: its header promises 8522825752 bytes"));
  CHECK(message({{"images", images}, {"limit", 3}}) == "limit is 3, but '" + images + "' holds 2 images");
  CHECK(message({{"images", images}, {"size", 4}}) ==
        "size is 4, but the images are 2 x 2 and can only be made smaller");
  CHECK(message({{"images", images}, {"range", {1, -1}}}) == "range is [low, high] with low below high");
  CHECK(message({{"images", images}, {"labels", scratch.write("bad", {0, 0, 8, 1, 0, 0, 0, 1, 7})}}) ==
        "there are 1 labels for 2 images");
}

TEST_CASE("A missing IDX file comes with the package that holds Fashion-MNIST", "[source][idx]") {
  const auto source = make<Source>("source/idx", {{"images", "/nowhere/train-images-idx3-ubyte.gz"}});
  const weir::Faults faults = plan(*source);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "there is no file '/nowhere/train-images-idx3-ubyte.gz'");
  CHECK(faults[0].remedy ==
        "Fashion-MNIST: apt install dataset-fashion-mnist puts it into /usr/share/datasets/fashion-mnist");
}

TEST_CASE("An IDX file that would unpack a thousandfold is refused before it is", "[source][idx]") {
  const Scratch scratch;
  const std::string plain = scratch / "bomb";
  {
    std::ofstream out(plain, std::ios::binary);
    const char head[] = {0, 0, 8, 3, 0, 0, 100, 0, 0, 0, 4, 0, 0, 0, 4, 0};  // 25,600 images of 1024 x 1024
    out.write(head, sizeof(head));
  }
  REQUIRE(std::system(("truncate -s 40M '" + plain + "' && gzip -9 '" + plain + "'").c_str()) == 0);
  const auto source = make<Source>("source/idx", {{"images", plain + ".gz"}});
  const weir::Faults faults = plan(*source);
  REQUIRE(faults.size() == 1);
  CHECK_THAT(faults[0].message, Catch::Contains("truncated"));

  std::filesystem::remove(plain + ".gz");
  {
    std::ofstream out(plain, std::ios::binary);
    const char head[] = {0, 0, 8, 3, 0, 0, 0, 32, 0, 0, 4, 0, 0, 0, 4, 0};  // 32 of them, which are there
    out.write(head, sizeof(head));
  }
  REQUIRE(std::system(("truncate -s 33554448 '" + plain + "' && gzip -9 '" + plain + "'").c_str()) == 0);
  const weir::Faults unpacked = plan(*make<Source>("source/idx", {{"images", plain + ".gz"}}));
  REQUIRE(unpacked.size() == 1);
  CHECK_THAT(unpacked[0].message,
             Catch::Contains("its header promises 33554448: at most 100 times what a file has is unpacked"));
}

TEST_CASE("A gzipped IDX file that ends too early fails with the entry it ends in", "[source][idx]") {
  const Scratch scratch;
  std::vector<int> cut = two_images_gz;
  cut.resize(cut.size() - 12);  // the trailer and the last bytes
  const auto source = make<Source>("source/idx", {{"images", scratch.write("cut.gz", cut)}});
  CHECK_THROWS_WITH(run(*source), Catch::Contains("is truncated: it ends within entry 1 of 2"));
}

TEST_CASE("Fashion-MNIST is read as Python reads it", "[source][idx]") {
  if (!std::filesystem::exists(fashion)) {
    WARN("dataset-fashion-mnist is not installed");
    return;
  }
  const auto source = idx({{"images", fashion + "t10k-images-idx3-ubyte.gz"},
                           {"labels", fashion + "t10k-labels-idx1-ubyte.gz"},
                           {"limit", 500},
                           {"range", {0, 255}}});
  CHECK(source->shape() == Shape{1, 28, 28});
  CHECK(number(all(*source).sum()) == Approx(29494551.0).epsilon(1e-12));
  CHECK(number(all(*source)[499].sum()) == Approx(70958).epsilon(1e-12));
  CHECK(source->labels().narrow(0, 0, 10).equal(at::tensor({9, 2, 1, 1, 6, 1, 4, 6, 5, 7}, at::kLong)));
}

TEST_CASE("An IDX file says where it can be read again, with its SHA-256", "[source][idx]") {
  const Scratch scratch;
  const std::string images = scratch.write("images", two_images);
  const auto source = idx({{"images", images}});
  CHECK(source->origin()->file == images);
  CHECK(source->origin()->sha256 == sha_printed_by("sha256sum '" + images + "'"));
}
