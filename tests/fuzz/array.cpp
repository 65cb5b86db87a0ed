// tests/fuzz/array.cpp -- files of NumPy and of safetensors with bytes changed, plain and in an archive.
#include <zip.h>

#include <array>

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

std::string archive(bool deflated) {
  const fuzz::Scratch scratch("archive");
  int code = 0;
  zip_t* zip = zip_open(scratch.file().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  const zip_int64_t at = zip_file_add(zip, "x.npy", zip_source_buffer(zip, npy.data(), npy.size(), 0), 0);
  zip_set_file_compression(zip, static_cast<zip_uint64_t>(at), deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
  zip_close(zip);
  return fuzz::bytes_of(scratch.file());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const weir::PluginSchema plugin = weir::describe(WEIR_FUZZ_LIBRARY).at(0);
  static const std::array files{npy, archive(false), archive(true), safetensors};
  static const fuzz::Scratch plain("a.npy"), tensors("a.safetensors");  // archives are known by their bytes
  if (size == 0) return 0;
  const std::size_t which = data[0] % files.size();
  const fuzz::Scratch& scratch = which == 3 ? tensors : plain;
  scratch.with(fuzz::edited(files[which], std::span(data + 1, size - 1)));
  fuzz::read_source(plugin, {{"file", scratch.file()}});
  return 0;
}
