// tests/fuzz/array.cpp -- files of NumPy, PyTorch and safetensors with bytes changed, plain and in an archive.
#include <zip.h>

#include <array>
#include <utility>
#include <vector>

#include "edits.hpp"
#include "source.hpp"

namespace {

// Two rows of three numbers: as numpy.save writes them, and as safetensors does.
const std::string npy = std::string("\x93NUMPY\x01\x00\x3b\x00", 10) +
                        "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }\n" +
                        std::string(12, '\x01');
const std::string safetensors = std::string("\x3a\0\0\0\0\0\0\0", 8) +
                                R"({"x":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]}} )" +
                                std::string(12, '\x01');

// What torch.save pickles of {"x": tensor}, two rows of three numbers in float64.
using namespace std::string_literals;
const std::string pickle = "\x80\x02}q\0X\x01\0\0\0xq\x01"s +
                           "ctorch._utils\n_rebuild_tensor_v2\nq\x02((X\x07\0\0\0storageq\x03"s +
                           "ctorch\nDoubleStorage\nq\x04X\x01\0\0\0"s +
                           "0q\x05X\x03\0\0\0cpuq\x06K\x06tq\x07QK\0K\x02K\x03\x86q\x08K\x03K\x01"s +
                           "\x86q\x09\x89"s + "ccollections\nOrderedDict\nq\x0a)Rq\x0btq\x0cRq\x0ds."s;
const std::string numbers(48, '\x3f');

std::string archive(const std::vector<std::pair<const char*, const std::string*>>& members,
                    bool deflated = false) {
  const fuzz::Scratch scratch("archive");
  int code = 0;
  zip_t* zip = zip_open(scratch.file().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  for (const auto& [name, bytes] : members) {
    const zip_int64_t at =
        zip_file_add(zip, name, zip_source_buffer(zip, bytes->data(), bytes->size(), 0), 0);
    zip_set_file_compression(zip, static_cast<zip_uint64_t>(at), deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
  }
  zip_close(zip);
  return fuzz::bytes_of(scratch.file());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const weir::PluginSchema plugin = weir::describe(WEIR_FUZZ_LIBRARY).at(0);
  static const std::array files{npy, archive({{"x.npy", &npy}}), archive({{"x.npy", &npy}}, true),
                                safetensors, pickle};
  static const fuzz::Scratch plain("a.npy"), tensors("a.safetensors");  // archives are known by their bytes
  if (size == 0) return 0;
  const std::size_t which = data[0] % files.size();
  const fuzz::Scratch& scratch = which == 3 ? tensors : plain;
  std::string edited = fuzz::edited(files[which], std::span(data + 1, size - 1));
  if (which == 4)
    edited = archive({{"x/data.pkl", &edited}, {"x/data/0", &numbers}});  // whole, whatever it says
  scratch.with(edited);
  fuzz::read_source(plugin, {{"file", scratch.file()}});
  return 0;
}
