// tests/fuzz/image.cpp -- a folder with one file that calls itself an image.
#include "edits.hpp"
#include "source.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const weir::PluginSchema plugin = weir::describe(WEIR_FUZZ_LIBRARY).at(0);
  static const fuzz::Scratch scratch("image.png");
  scratch.with({reinterpret_cast<const char*>(data), size});
  fuzz::read_source(plugin, {{"folder", scratch.file().parent_path()}, {"size", 2}});
  return 0;
}
