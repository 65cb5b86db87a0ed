// core/record/hdf5/attributes.hpp -- attributes that nobody asks for.
//
// What HDF5 keeps of them outside of the objects' headers (many attributes) it checks when it is read.
#pragma once

#include <string>

#include <weir/record/hdf5/hdf5.hpp>

namespace weir::hdf5 {

// Reads the attributes of every group and object; `found` gets the path and the reason where one cannot be read. Not those that lie in
// a global heap (lists of any length, references): heaps.hpp.
void check_attributes(const File& file, const Unreadable& found);

}  // namespace weir::hdf5
