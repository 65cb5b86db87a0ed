// tests/fuzz/pipeline.cpp -- any text as a pipeline: faults or a graph, nothing else.
#include <cstdlib>

#include <weir/front/pipeline.hpp>

#include "../front/laboratory.hpp"
#include "edits.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Scratch scratch("p.yaml");
  try {
    weir::read_pipeline(scratch.with({reinterpret_cast<const char*>(data), size}), laboratory::registry());
  } catch (const weir::InvalidPipeline& invalid) {
    if (weir::text(invalid.faults()).empty()) std::abort();
  }
  return 0;
}
