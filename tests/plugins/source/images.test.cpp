// tests/plugins/source/images.test.cpp -- folders of images, written here as PNG and JPEG.
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#include <stb/stb_image_write.h>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Shape;
using weir::Source;
using weir::Tensor;

namespace {

// width x height pixels whose red is 10 x column, green 10 x row, blue `blue`.
std::vector<unsigned char> ramp(int width, int height, int blue) {
  std::vector<unsigned char> bytes;
  for (int i = 0; i < height; ++i) {
    for (int j = 0; j < width; ++j)
      bytes.insert(bytes.end(), {static_cast<unsigned char>(10 * j), static_cast<unsigned char>(10 * i),
                                 static_cast<unsigned char>(blue)});
  }
  return bytes;
}

void write_png(const std::filesystem::path& file, int width, int height, int blue) {
  const auto bytes = ramp(width, height, blue);
  REQUIRE(stbi_write_png(file.c_str(), width, height, 3, bytes.data(), 3 * width) != 0);
}

Tensor all(const Source& source) { return source.items(at::arange(*source.size(), at::kLong)); }

}  // namespace

TEST_CASE("Images are cropped at the centre, in the order of their names", "[source][images]") {
  const Scratch scratch;
  write_png(scratch / "b.PNG", 6, 4, 200);
  write_png(scratch / "a.png", 6, 4, 100);
  scratch.write("notes.txt", {'x'});
  const auto source = make<Source>("source/images", {{"folder", scratch / ""}, {"crop", 2}});

  run(*source);

  CHECK(source->shape() == Shape{3, 2, 2});
  CHECK(source->size() == 2);
  const Tensor bytes = (all(*source) + 1) * 127.5;
  // The middle 2 x 2 of 6 x 4: columns 2 and 3, rows 1 and 2.
  CHECK(bytes[0][0].allclose(row_of({20, 30, 20, 30}).view({2, 2})));
  CHECK(bytes[0][1].allclose(row_of({10, 10, 20, 20}).view({2, 2})));
  CHECK(bytes[0][2].allclose(at::full({2, 2}, 100, f64)));
  CHECK(bytes[1][2].allclose(at::full({2, 2}, 200, f64)));
}

TEST_CASE("Images without a crop give their largest centre square, shrunk by area", "[source][images]") {
  const Scratch scratch;
  write_png(scratch / "a.png", 6, 4, 100);
  const auto source =
      make<Source>("source/images", {{"folder", scratch / ""}, {"size", 1}, {"flatten", true}});
  run(*source);
  CHECK(source->shape() == Shape{3});
  CHECK(((all(*source) + 1) * 127.5).allclose(row_of({25, 15, 100}).view({1, 3})));
}

TEST_CASE("Grey images have one channel of luminance; JPEG is read as well", "[source][images]") {
  const Scratch scratch;
  const std::vector<unsigned char> flat(8 * 8 * 3, 90);
  REQUIRE(stbi_write_jpg((scratch / "a.jpg").c_str(), 8, 8, 3, flat.data(), 95) != 0);
  const auto source = make<Source>("source/images", {{"folder", scratch / ""}, {"grey", true}});
  run(*source);
  CHECK(source->shape() == Shape{1, 8, 8});
  // JPEG rounds its coefficients: a level or two.
  CHECK(((all(*source) + 1) * 127.5 - 90).abs().max().item<double>() <= 2);
}

TEST_CASE("A partition file in CelebA's form selects a split", "[source][images]") {
  const Scratch scratch;
  for (int i = 1; i <= 4; ++i) write_png(scratch / ("00000" + std::to_string(i) + ".png"), 2, 2, 10 * i);
  std::ofstream(scratch / "parts.txt") << "000001.png 0\n000002.png 1\n000003.png 0\n000004.png 2\n";
  const auto source = make<Source>(
      "source/images", {{"folder", scratch / ""}, {"partition", scratch / "parts.txt"}, {"split", "train"}});
  run(*source);
  CHECK(((all(*source).select(1, 2).mean({1, 2}) + 1) * 127.5).allclose(row_of({10, 30})));
}

TEST_CASE("What is wrong with a folder of images is said before anything runs", "[source][images]") {
  const Scratch scratch, empty;
  write_png(scratch / "a.png", 6, 4, 100);
  const std::string folder = scratch / "", file = scratch / "a.png";
  const auto message = [](const json& params) {
    const auto source = make<Source>("source/images", params);
    const weir::Faults faults = plan(*source);
    REQUIRE(faults.size() == 1);
    return faults[0].message;
  };
  CHECK(message({{"folder", "/nowhere"}}) == "there is no folder '/nowhere'");
  CHECK(message({{"folder", empty / ""}}) ==
        "folder '" + (empty / "").string() + "' holds no .png, .jpg or .jpeg file");
  CHECK(message({{"folder", folder}, {"crop", 5}}) == "crop is 5, but '" + file + "' is 6 x 4");
  CHECK(message({{"folder", folder}, {"size", 5}}) ==
        "size is 5, but the square cut out has side 4; images are only made smaller");
  CHECK(message({{"folder", folder}, {"limit", 2}}) == "limit is 2, but there are 1 images");
  CHECK(message({{"folder", folder}, {"split", "test"}}) == "split needs a partition file");
}

TEST_CASE("An image that cannot be decoded fails by name", "[source][images]") {
  const Scratch scratch;
  write_png(scratch / "a.png", 4, 4, 100);
  scratch.write("b.png", {'n', 'o'});
  const auto source = make<Source>("source/images", {{"folder", scratch / ""}});
  CHECK_THROWS_WITH(run(*source), Catch::Contains("b.png' cannot be decoded"));
}

TEST_CASE("A folder of images says where it can be read again, with the hash of what sha256sum prints",
          "[source][images]") {
  const Scratch scratch;
  write_png(scratch / "b.PNG", 6, 4, 200);
  write_png(scratch / "a.png", 6, 4, 100);
  const auto source = make<Source>("source/images", {{"folder", scratch / ""}});
  run(*source);
  CHECK(source->origin()->file == scratch / "");
  CHECK(source->origin()->sha256 ==
        sha_printed_by("cd '" + (scratch / "").string() + "' && sha256sum a.png b.PNG | sha256sum"));
}

TEST_CASE("An image that says it is far larger than its file can stand for is not unpacked",
          "[source][images]") {
  const Scratch scratch;
  const std::vector<int> header{0x89, 'P',  'N',  'G', 13, 10,   26,   10, 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0,
                                0,    0x27, 0x10, 0,   0,  0x27, 0x10, 8,  2, 0, 0, 0,  0,   0,   0,   0};
  scratch.write("a.png", header);
  const auto source = make<Source>("source/images", {{"folder", scratch / ""}, {"size", 4}});
  CHECK_THROWS_WITH(
      run(*source),
      Catch::Contains("a.png' has 33 bytes and says that it is 10000 x 10000 pixels: at most 100 times"));
}
