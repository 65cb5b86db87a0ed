// core/record/hdf5/copies.hpp -- datasets and attributes from one file to another.
//
// H5Ocopy leaves references dangling: those of dimension scales are left out and made anew by attach_scales.
#pragma once

#include <string>

#include <weir/record/hdf5/hdf5.hpp>

namespace weir::hdf5 {

void copy_attributes(const File& from, const std::string& path, const File& to, const std::string& into);
void copy_dataset(const File& from, const std::string& path, const File& to, const std::string& into);
// The dataset with its type, properties and attributes, and without rows.
void create_like(const File& from, const std::string& path, const File& to, const std::string& into);
// The dimension scales of `path` that the other file has by the same path.
void attach_scales(const File& from, const std::string& path, const File& to, const std::string& into);

}  // namespace weir::hdf5
