// tests/plugins/source/array.test.cpp -- files of NumPy and safetensors, written here byte by byte; tests/cli/own_data.test.py has
// those that NumPy writes.
#include <torch/csrc/jit/serialization/pickle.h>

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

using Catch::Contains;

Tensor all_items(const Source& source) { return source.items(at::arange(*source.size(), at::kLong)); }
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

TEST_CASE("Tensors of a .pt file are read, whatever else it pickles", "[source][array]") {
  const Scratch scratch;
  const Tensor x = at::arange(24, f64).view({4, 3, 2}) / 7, y = at::tensor({0, 2, 1, 0}, at::kLong);
  c10::Dict<std::string, at::Tensor> inner;
  inner.insert("half", x.to(at::kHalf));
  inner.insert("flags", x.gt(1));
  c10::impl::GenericDict all(c10::StringType::get(), c10::AnyType::get());
  all.insert("x", x);
  all.insert("y", y);
  all.insert("turned", x.select(1, 0).t().contiguous().t());
  all.insert("part", x.narrow(0, 2, 2));
  all.insert("view", x.slice(2, 0, 1));
  all.insert("inner", inner);
  all.insert("list", c10::List<at::Tensor>({x[0], x[1].to(at::kInt)}));
  all.insert("epoch", std::int64_t{3});
  all.insert("name", std::string("adam"));
  all.insert("complex", at::complex(x, x));
  const auto saved = [&](const std::string& name, const c10::IValue& value) {
    const std::vector<char> bytes = torch::jit::pickle_save(value);
    return written(scratch, name, std::string(bytes.begin(), bytes.end()));
  };
  const std::string file = saved("all.pt", all);
  const auto read = [&](const std::string& name) {
    const auto source = make<Source>("source/array", {{"file", file}, {"array", name}});
    run(*source);
    return all_items(*source);
  };
  CHECK(read("x").equal(x));
  CHECK(read("part").equal(x.narrow(0, 2, 2)));
  CHECK(read("turned").equal(x.select(1, 0)));
  CHECK(read("inner.half").equal(x.to(at::kHalf).to(at::kDouble)));
  CHECK(read("inner.flags").equal(x.gt(1).to(at::kDouble)));
  CHECK(read("list.1").equal(x[1].to(at::kInt).to(at::kDouble)));
  const auto labelled = make<Source>("source/array", {{"file", file}, {"array", "x"}, {"labels_array", "y"}});
  run(*labelled);
  CHECK(labelled->labels().equal(y));
  const auto alone = make<Source>("source/array", {{"file", saved("x.pt", x.to(at::kFloat))}});
  run(*alone);
  CHECK(all_items(*alone).equal(x.to(at::kFloat).to(at::kDouble)));

  const auto refused = [&](const std::string& path, const std::string& name) {
    const auto source = make<Source>("source/array", {{"file", path}, {"array", name}});
    const weir::Faults faults = plan(*source);
    return faults.empty() ? "" : faults[0].message;
  };
  CHECK_THAT(refused(file, ""),
             Contains("holds 9 arrays: say which, of x, y, turned, part, view, inner.half"));
  CHECK_THAT(refused(file, "complex"), Contains("has no array 'complex'"));
  CHECK_THAT(refused(file, "view"), Contains("is a view, whose numbers do not lie one after another"));
  CHECK_THAT(refused(saved("none.pt", std::string("x")), ""), Contains("is a PyTorch file without tensors"));
  CHECK_THAT(
      refused(std::string(WEIR_SOURCE_DIR) + "/tests/plugins/field/torchscript.pt", ""),
      Contains("is a module of TorchScript, which field/torchscript reads") || Contains("arrays: say which"));
}

TEST_CASE(
    "A .pt file cut anywhere, or with any byte of its pickle changed, is refused or read, and nothing else",
    "[source][array]") {
  const Scratch scratch;
  const std::vector<char> bytes = torch::jit::pickle_save(at::arange(6, f64).view({3, 2}));
  const std::string whole(bytes.begin(), bytes.end());
  const auto tried = [&](const std::string& text) {
    const auto source = make<Source>("source/array", {{"file", written(scratch, "x.pt", text)}});
    if (!plan(*source).empty()) return false;
    try {
      run(*source);
    } catch (const std::runtime_error&) {
      return false;
    }
    return all_items(*source).equal(at::arange(6, f64).view({3, 2}));
  };
  CHECK(tried(whole));
  for (std::size_t size = 0; size < whole.size(); size += 17) CHECK_FALSE(tried(whole.substr(0, size)));
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
        "is a pickle, which may run any program and is never read: numpy.save(\"x.npy\", array), or "
        "torch.save of PyTorch 1.6 or later, which writes tensors beside it");
  CHECK(message("x.csv", "1,2\n") ==
        "is no .npy, .npz, .pt or .safetensors file: source/table reads .csv: {plugin: source/table, file: " +
            (scratch / "x.csv").string() + "}");
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
