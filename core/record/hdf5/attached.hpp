// core/record/hdf5/attached.hpp -- which scale belongs to which axis, as both sides say it, and attributes that nobody asks for.
//
// What HDF5 keeps of them outside of the objects' headers (long lists, many attributes) it checks when it is read, or not at all.
#pragma once

#include <string>

#include <weir/record/hdf5/hdf5.hpp>

namespace weir::hdf5 {

// Reads the attributes of every group and object, and compares DIMENSION_LIST of each dataset with REFERENCE_LIST of its scales;
// `found` gets the path and what is wrong there.
void check_attributes(const File& file, const Unreadable& found);

}  // namespace weir::hdf5
