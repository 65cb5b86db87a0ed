// tools/lab/records/export_images.hpp -- rows of numbers as pictures.
#pragma once

#include <string>

#include <weir/record/data/array.hpp>

#include "export.hpp"

namespace weir::tools {

// A grid of the first 64 items as one PNG, or each item as NNNNNN.png of a folder. Numbers are cut at low and high. Errors:
// CommandError(invalid) where `path`'s items are no images. Returns how many a grid leaves out, and where all go, or "".
std::string export_images(const std::string& path, const Array& array, const Destination& to);

}  // namespace weir::tools
