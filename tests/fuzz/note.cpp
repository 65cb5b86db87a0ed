// tests/fuzz/note.cpp -- a plugin library with bytes changed: a note, or why there is none.
#include <cstdlib>

#include <weir/front/plugins/elf_note.hpp>

#include "edits.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string library = fuzz::bytes_of(WEIR_FUZZ_LIBRARY);
  static const fuzz::Scratch scratch("libweir_fuzz.so");
  std::string why;
  const auto note = weir::read_note(scratch.with(fuzz::edited(library, {data, size})), why);
  if (!note && why.empty()) std::abort();
  if (note) weir::abi_mismatch(*note);
  return 0;
}
