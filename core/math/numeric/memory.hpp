// core/math/numeric/memory.hpp -- what cannot fit into this machine's memory, said before it is tried.
#pragma once

#include <cstdint>
#include <string>

#include <weir/tensor.hpp>

namespace weir {

// Of this machine, in bytes; what a control group allows, where that is less.
double memory_bytes();

// "" if `rows` (all sizes, the first of them counting items) fit as numbers of `dtype`; else what they need and what there is:
// "60000 items of 12288 numbers in float32 need 2.9 GB, and this machine has 2.0 GB".
std::string beyond_memory(const Shape& rows, at::ScalarType dtype);

}  // namespace weir
