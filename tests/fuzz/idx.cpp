// tests/fuzz/idx.cpp -- IDX files of images and labels with bytes changed, plain and gzipped.
#include <zlib.h>

#include "edits.hpp"
#include "source.hpp"

namespace {

// Two images of 3 x 4, and their labels.
const std::string images =
    std::string("\0\0\x08\x03\0\0\0\x02\0\0\0\x03\0\0\0\x04", 16) + std::string(24, 'w');
const std::string labels{"\0\0\x08\x01\0\0\0\x02\x07\x03", 10};

std::string zipped(const std::string& bytes) {
  const fuzz::Scratch scratch("zipped");
  gzFile file = gzopen(scratch.file().c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  return fuzz::bytes_of(scratch.file());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const weir::PluginSchema plugin = weir::describe(WEIR_FUZZ_LIBRARY).at(0);
  static const fuzz::Scratch first("images"), second("labels");
  static const std::string images_gz = zipped(images), labels_gz = zipped(labels);
  if (size == 0) return 0;
  const std::span edits(data + 1, size - 1);
  const bool of_labels = data[0] & 1, gz = data[0] & 2;
  first.with(of_labels ? images : fuzz::edited(gz ? images_gz : images, edits));
  second.with(of_labels ? fuzz::edited(gz ? labels_gz : labels, edits) : labels);
  fuzz::read_source(plugin, {{"images", first.file()}, {"labels", second.file()}});
  return 0;
}
