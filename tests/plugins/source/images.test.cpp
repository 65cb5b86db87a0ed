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

TEST_CASE("A partition is read with spaces in names, as CSV, and with a byte order mark",
          "[source][images]") {
  const Scratch scratch;
  for (const char* name : {"0001.png", "0002.png", "00 0003.png", "a,b.png", "0005.png"})
    write_png(scratch / name, 2, 2, 10);
  const auto train = [&](const std::string& name, const std::string& text) {
    std::ofstream(scratch / name, std::ios::binary) << text;
    const auto source = make<Source>(
        "source/images", {{"folder", scratch / ""}, {"partition", scratch / name}, {"split", "train"}});
    const weir::Faults faults = plan(*source);
    return faults.empty() ? std::to_string(source->size().value()) : faults[0].message;
  };
  const std::string file = scratch / "p.txt";
  CHECK(train("p.txt", "0001.png 0\n0002.png 1\n00 0003.png 0\na,b.png 0\n0005.png 0\n") == "4");
  CHECK(train("p.txt",
              "\xef\xbb\xbf"
              "0001.png  0\r\n\r\n00 0003.png\t0\r\n0005.png 2") == "2");
  CHECK(train("p.csv", "image_id,partition\n0001.png,0\n00 0003.png,0\n\"a,b.png\",0\n0005.png,2\n") == "3");
  CHECK(train("p.csv", "0001.png,train\n0002.png,valid\n") == "1");
  CHECK(train("p.txt", "0001.png 0\n0002.png 3\n") ==
        file +
            ":2: a line of a partition is \"NAME 0\" or \"NAME,0\" with 0, 1 or 2 for train, valid and test, "
            "not \"0002.png 3\"");
  CHECK_THAT(train("p.txt", "0001.png 7\n"), Catch::Contains("p.txt:1: a line of a partition is"));
  CHECK(train("p.txt", "0001.png 0\n0001.png 1\n") == file + ":2: '0001.png' is put into two parts");
  CHECK(train("p.txt", "other.png 0\n") == "'" + file + "' puts none of the folder's images into 'train'");
}

TEST_CASE("Images that a partition leaves out, or lists and are not there, are told", "[source][images]") {
  const Scratch scratch;
  write_png(scratch / "a.png", 2, 2, 10);
  write_png(scratch / "b.png", 2, 2, 10);
  std::ofstream(scratch / "p.txt") << "a.png 0\nc.png 0\n";
  const auto source = make<Source>(
      "source/images", {{"folder", scratch / ""}, {"partition", scratch / "p.txt"}, {"split", "train"}});
  REQUIRE(plan(*source).empty());
  QuietRun quiet;
  source->run(quiet);
  REQUIRE(quiet.warnings.size() == 2);
  CHECK_THAT(quiet.warnings[0], Catch::StartsWith("1 images of '") && Catch::EndsWith("the first is b.png"));
  CHECK_THAT(quiet.warnings[1], Catch::Contains("puts 2 images into 'train', of which"));
}

TEST_CASE("What is wrong with a folder of images is said before anything runs", "[source][images]") {
  const Scratch scratch, empty, mixed, other, classes;
  write_png(scratch / "a.png", 6, 4, 100);
  write_png(mixed / "a.png", 2, 3, 100);
  write_png(mixed / "b.png", 8, 8, 100);
  write_png(mixed / "c.png", 3, 2, 100);
  write_png(other / "a.png", 2, 2, 100);
  other.write("b.webp", {'R', 'I', 'F', 'F'});
  std::filesystem::create_directory(classes / "cat");
  write_png(classes / "cat/a.png", 2, 2, 100);
  const std::string folder = scratch / "", file = scratch / "a.png";
  const auto faults = [](const json& params) {
    const auto source = make<Source>("source/images", params);
    weir::Faults found = plan(*source);
    REQUIRE(found.size() == 1);
    return found[0];
  };
  const auto message = [&](const json& params) { return faults(params).message; };
  CHECK(message({{"folder", "/nowhere"}}) == "there is no folder '/nowhere'");
  CHECK(message({{"folder", file}}) ==
        "'" + file +
            "' is a file, and images are read from a folder: name the one that it "
            "lies in, or unpack it if it is an archive");
  CHECK(message({{"folder", empty / ""}}) ==
        "folder '" + (empty / "").string() + "' holds no .png, .jpg or .jpeg file");
  CHECK(message({{"folder", folder}, {"crop", 5}}) == "crop is 5, but '" + file + "' is 6 x 4");
  CHECK(message({{"folder", folder}, {"size", 5}}) ==
        "size is 5, but '" + file + "' is 6 x 4; images are only made smaller");
  CHECK(message({{"folder", folder}, {"size", 3}, {"crop", 2}}) ==
        "size is 3, but the square cut out has side 2; images are only made smaller");
  CHECK(message({{"folder", folder}, {"limit", 2}}) == "limit is 2, but there are 1 images");
  CHECK(message({{"folder", folder}, {"split", "test"}}) == "split needs a partition file");
  CHECK(message({{"folder", mixed / ""}}) == "the images differ in size: '" + (mixed / "a.png").string() +
                                                 "' is 2 x 3, '" + (mixed / "b.png").string() + "' is 8 x 8");
  CHECK(faults({{"folder", mixed / ""}}).remedy ==
        "size: 2 shrinks the largest centre square of each; crop: 2 cuts out as many pixels");
  CHECK(
      message({{"folder", other / ""}}) ==
      "'" + (other / "b.webp").string() +
          "' is neither PNG nor JPEG, and no image is left out in silence: convert it, or put it elsewhere");
  CHECK(message({{"folder", classes / ""}}) == "folder '" + (classes / "").string() +
                                                   "' holds no .png, .jpg or .jpeg file, but folders of it "
                                                   "do: labelled: true takes each of them for a class");
  write_png(classes / "b.png", 2, 2, 100);
  CHECK_THAT(message({{"folder", classes / ""}, {"labelled", true}}),
             Catch::Contains("b.png' lies in no folder"));
  std::filesystem::remove(classes / "b.png");
  std::filesystem::create_directory(classes / "dog");
  CHECK_THAT(message({{"folder", classes / ""}, {"labelled", true}}),
             Catch::StartsWith("class 'dog' of '") && Catch::EndsWith("remove its folder, or fill it"));
}

TEST_CASE("Of images that differ in size each gives its own largest centre square", "[source][images]") {
  const Scratch scratch;
  write_png(scratch / "a.png", 2, 2, 100);
  write_png(scratch / "b.png", 8, 4, 100);
  const auto source = make<Source>("source/images", {{"folder", scratch / ""}, {"size", 2}});
  run(*source);
  const Tensor bytes = (all(*source) + 1) * 127.5;
  CHECK(bytes[0][0].allclose(row_of({0, 10, 0, 10}).view({2, 2})));
  // Columns 2 to 5 and rows 0 to 3 of 8 x 4, two by two.
  CHECK(bytes[1][0].allclose(row_of({25, 45, 25, 45}).view({2, 2})));
  CHECK(bytes[1][1].allclose(row_of({5, 5, 25, 25}).view({2, 2})));
}

TEST_CASE("Folders of a folder are classes in the order of their names; what macOS leaves behind is none",
          "[source][images]") {
  const Scratch scratch;
  for (const char* folder : {"dog", "Cat", "dog/more", ".git", "__MACOSX"})
    std::filesystem::create_directory(scratch / folder);
  write_png(scratch / "dog/b.png", 2, 2, 10);
  write_png(scratch / "dog/more/a.png", 2, 2, 20);
  write_png(scratch / "Cat/z.png", 2, 2, 30);
  scratch.write("Cat/._z.png", {0, 5, 22, 7});
  scratch.write("__MACOSX/._dog.png", {0, 5, 22, 7});
  const auto source = make<Source>("source/images", {{"folder", scratch / ""}, {"labelled", true}});
  run(*source);
  CHECK(source->classes() == 2);
  CHECK(source->labels().equal(at::tensor({0, 1, 1}, at::kLong)));
  CHECK(((all(*source).select(1, 2).mean({1, 2}) + 1) * 127.5).allclose(row_of({30, 10, 20})));
  CHECK(source->origin()->sha256 ==
        sha_printed_by("cd '" + (scratch / "").string() +
                       "' && sha256sum Cat/z.png dog/b.png dog/more/a.png | sha256sum"));
}

TEST_CASE("A file that is no image is found in plan, one that is damaged in the run, each by name",
          "[source][images]") {
  const Scratch scratch;
  write_png(scratch / "a.png", 4, 4, 100);
  scratch.write("b.png", {'n', 'o'});
  const json params{{"folder", scratch / ""}};
  const weir::Faults faults = plan(*make<Source>("source/images", params));
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "'" + (scratch / "b.png").string() + "' is no PNG or JPEG image");
  CHECK(faults[0].remedy == "mend or remove such files, or leave them out with on_bad: skip");

  write_png(scratch / "b.png", 4, 4, 100);
  std::filesystem::resize_file(scratch / "b.png", std::filesystem::file_size(scratch / "b.png") - 16);
  const auto source = make<Source>("source/images", params);
  CHECK_THROWS_WITH(run(*source), Catch::Contains("b.png' cannot be decoded"));
}

TEST_CASE("Files that cannot be read are left out and counted where that is wished", "[source][images]") {
  const Scratch scratch;
  write_png(scratch / "a.png", 4, 4, 100);
  scratch.write("b.png", {'n', 'o'});
  write_png(scratch / "c.png", 4, 4, 200);
  std::filesystem::resize_file(scratch / "c.png", std::filesystem::file_size(scratch / "c.png") - 16);
  write_png(scratch / "d.png", 4, 4, 200);
  const auto source = make<Source>("source/images", {{"folder", scratch / ""}, {"on_bad", "skip"}});
  REQUIRE(plan(*source).empty());
  CHECK(source->size() == 2);
  QuietRun quiet;
  source->run(quiet);
  CHECK(((all(*source).select(1, 2).mean({1, 2}) + 1) * 127.5).allclose(row_of({100, 200})));
  CHECK(dynamic_cast<const weir::Output<Tensor>&>(*source->output("skipped")).get().item<std::int64_t>() ==
        2);
  REQUIRE(quiet.warnings.size() == 1);
  CHECK_THAT(quiet.warnings[0],
             Catch::StartsWith("2 of 4 files of '") && Catch::EndsWith("the first is b.png"));
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

TEST_CASE("A link that leads nowhere, or to itself, is an image that cannot be read", "[source][images]") {
  for (const std::string target : {"nowhere.png", "b.png"}) {
    const Scratch scratch;
    write_png(scratch / "a.png", 4, 4, 100);
    std::filesystem::create_symlink(target, scratch / "b.png");
    const weir::Faults faults = plan(*make<Source>("source/images", {{"folder", scratch / ""}}));
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].message == "'" + (scratch / "b.png").string() + "' cannot be read");
    CHECK(plan(*make<Source>("source/images", {{"folder", scratch / ""}, {"on_bad", "skip"}})).empty());
  }
}

TEST_CASE("An image that says it is far larger than its file can stand for is not unpacked",
          "[source][images]") {
  const Scratch scratch;
  const std::vector<int> header{0x89, 'P',  'N',  'G', 13, 10,   26,   10, 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0,
                                0,    0x27, 0x10, 0,   0,  0x27, 0x10, 8,  2, 0, 0, 0,  0,   0,   0,   0};
  scratch.write("a.png", header);
  const auto source = make<Source>("source/images", {{"folder", scratch / ""}, {"size", 4}});
  const weir::Faults faults = plan(*source);
  REQUIRE(faults.size() == 1);
  CHECK_THAT(
      faults[0].message,
      Catch::Contains("a.png' has 33 bytes and says that it is 10000 x 10000 pixels: at most 100 times"));
}

TEST_CASE("Images keep the ratio that height and width have, cut from the middle", "[source][images]") {
  const Scratch scratch;
  write_png(scratch / "a.png", 6, 4, 100);
  const auto items = [&](const json& more) {
    json params{{"folder", scratch / ""}};
    params.update(more);
    const auto source = make<Source>("source/images", params);
    run(*source);
    return (all(*source)[0] + 1) * 127.5;
  };
  // All of it, as it is and in half the size: means of 2 x 2.
  const Tensor whole = items({{"height", 4}, {"width", 6}});
  CHECK(whole.sizes().vec() == Shape{3, 4, 6});
  CHECK(whole[0][1].allclose(row_of({0, 10, 20, 30, 40, 50})));
  CHECK(whole[1].select(1, 2).allclose(row_of({0, 10, 20, 30})));
  const Tensor half = items({{"height", 2}, {"width", 3}});
  CHECK(half[0][0].allclose(row_of({5, 25, 45})));
  CHECK(half[1].select(1, 0).allclose(row_of({5, 25})));
  // A tall rectangle: rows 0 to 3, of which columns 2 and 3.
  const Tensor tall = items({{"height", 4}, {"width", 2}});
  CHECK(tall[0][0].allclose(row_of({20, 30})));
  CHECK(tall[1].select(1, 0).allclose(row_of({0, 10, 20, 30})));

  const auto fault = [&](const json& more) {
    json params{{"folder", scratch / ""}};
    params.update(more);
    const auto source = make<Source>("source/images", params);
    const weir::Faults faults = plan(*source);
    return faults.empty() ? "" : faults[0].message;
  };
  CHECK(fault({{"height", 4}}) == "height and width go together");
  CHECK(fault({{"height", 4}, {"width", 6}, {"size", 2}}) ==
        "size is of squares, and height and width are those of a rectangle");
  CHECK_THAT(fault({{"height", 5}, {"width", 6}}),
             Catch::Contains("the items are to be 6 x 5, but ") && Catch::Contains("is 6 x 4"));

  const auto square = make<Source>("source/images", {{"folder", scratch / ""}});
  REQUIRE(plan(*square).empty());
  QuietRun quiet;
  square->run(quiet);
  REQUIRE(quiet.warnings.size() == 1);
  CHECK_THAT(
      quiet.warnings[0],
      Catch::Contains("are 6 x 4, of which the centre square is taken: height: 4, width: 6 takes all"));
}
