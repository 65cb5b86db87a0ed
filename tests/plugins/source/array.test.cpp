// tests/plugins/source/array.test.cpp -- files of NumPy and safetensors, written here byte by byte; tests/cli/own_data.test.py has
// those that NumPy writes.
#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Shape;
using weir::Source;
using weir::Tensor;

namespace {

std::string npy(std::string dictionary, const std::string& numbers) {
  dictionary += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(dictionary.size() % 256);
  file += static_cast<char>(dictionary.size() / 256);
  return file + dictionary + numbers;
}

std::string written(const Scratch& scratch, const std::string& name, const std::string& bytes) {
  std::ofstream(scratch / name, std::ios::binary) << bytes;
  return scratch / name;
}

std::string safetensors(const std::string& header, const std::string& numbers) {
  std::string file(8, '\0');
  file[0] = static_cast<char>(header.size());
  return file + header + numbers;
}

const std::string six_bytes = std::string("\x01\x02\x03\xff\x00\x06", 6);

Tensor all(const Source& source) { return source.items(at::arange(*source.size(), at::kLong)); }

}  // namespace

TEST_CASE("An array of NumPy is read by rows and by columns", "[source][array]") {
  const Scratch scratch;
  const std::string rows = written(
      scratch, "a.npy", npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }", six_bytes));
  const std::string columns =
      written(scratch, "b.npy", npy("{'descr': '|i1', 'fortran_order': True, 'shape': (2, 3), }", six_bytes));
  const std::string big = written(
      scratch, "c.npy", npy("{\"shape\": (3L,), \"descr\": \">i2\", \"fortran_order\": False}", six_bytes));
  const auto source = make<Source>("source/array", {{"file", rows}});
  run(*source);
  CHECK(source->shape() == Shape{3});
  CHECK(source->size() == 2);
  CHECK(all(*source).equal(at::tensor({1., 2., 3., 255., 0., 6.}, f64).view({2, 3})));
  CHECK(source->origin()->sha256 == sha_printed_by("sha256sum '" + rows + "'"));
  const auto turned = make<Source>("source/array", {{"file", columns}});
  run(*turned);
  CHECK(all(*turned).equal(at::tensor({1., 3., 0., 2., -1., 6.}, f64).view({2, 3})));
  const auto vector = make<Source>("source/array", {{"file", big}, {"limit", 2}});
  run(*vector);
  CHECK(vector->shape() == Shape{1});
  CHECK(all(*vector).equal(at::tensor({258., 1023.}, f64).view({2, 1})));
}

TEST_CASE("Labels of an array come from a file or an array of their own", "[source][array]") {
  const Scratch scratch;
  const std::string file = written(
      scratch, "all.safetensors",
      safetensors(
          R"({"x":{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}})",
          six_bytes));
  const auto source = make<Source>("source/array", {{"file", file}, {"array", "x"}, {"labels_array", "y"}});
  run(*source);
  CHECK(all(*source).equal(at::tensor({1., 2., 3., 255.}, f64).view({2, 2})));
  CHECK(source->labels().equal(at::tensor({0, 6}, at::kLong)));
  CHECK(source->classes() == 7);
  const auto sizes = dynamic_cast<const weir::Output<Tensor>&>(*source->output("class_size")).get();
  CHECK(sizes.equal(at::tensor({1, 0, 0, 0, 0, 0, 1}, at::kLong)));
  const weir::Faults faults = plan(
      *make<Source>("source/array", {{"file", file}, {"array", "x"}, {"labels_array", "y"}, {"classes", 6}}));
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message == "classes is 6, and there is the label 6");
  CHECK(faults[0].remedy == "classes: 7 or more");
}

TEST_CASE("What the header of an array says is checked before it is believed", "[source][array]") {
  const Scratch scratch;
  const auto message = [&](const std::string& name, const std::string& bytes) {
    const weir::Faults faults =
        plan(*make<Source>("source/array", {{"file", written(scratch, name, bytes)}}));
    REQUIRE(faults.size() == 1);
    return faults[0].message.substr(faults[0].message.find("' ") + 2);
  };
  const auto of_shape = [&](const std::string& shape) {
    return message("a.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }", ""));
  };
  CHECK(of_shape("(2, 3)") == "is truncated: its header promises 48 bytes of numbers, it has 0");
  CHECK(of_shape("(4611686018427387904, 4611686018427387904)") ==
        "says that it is [4611686018427387904, 4611686018427387904]: more than any file holds");
  CHECK(of_shape("(-1, 3)") == "has no header that NumPy writes: it is damaged");
  CHECK(of_shape("(99999999999999999999,)") == "has no header that NumPy writes: it is damaged");
  CHECK(message("a.npy", npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "c__builtin__")) ==
        "holds Python objects, that is a pickle, which may run any program and is never read: make it one "
        "array of "
        "numbers, numpy.stack(list)");
  CHECK(message("x.pkl", "\x80\x02}q") ==
        "is a pickle, which may run any program and is never read: numpy.save(\"x.npy\", array)");
  CHECK(
      message("x.csv", "1,2\n") ==
      "is no .npy, .npz or .safetensors file: source/table reads .csv: {plugin: source/table, file: x.csv}");
  CHECK(message("x.safetensors", std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10)) ==
        "is no safetensors file, or truncated: its header has 9223372036854775807 bytes");
  CHECK(message("x.safetensors",
                safetensors(R"({"x":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}})", "short")) ==
        "of '" + (scratch / "x.safetensors").string() +
            "' is truncated: it ends at byte 16 of the numbers, and the file has 5");
}

TEST_CASE("NaN in an array is refused with its place", "[source][array]") {
  const Scratch scratch;
  const std::string file = written(
      scratch, "a.npy",
      npy("{'descr': '<f2', 'fortran_order': False, 'shape': (3,), }", std::string("\0\x3c\0\x7e\0\x3c", 6)));
  CHECK_THROWS_WITH(run(*make<Source>("source/array", {{"file", file}})),
                    Catch::StartsWith("'" + file + "' is nan in row 1, column 0 (counted from 0)"));
}
