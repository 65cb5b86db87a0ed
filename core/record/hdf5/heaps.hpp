// core/record/hdf5/heaps.hpp -- checksums of HDF5's global heaps, which have none of their own.
//
// There lie the references of axes to their scales. A record makes all of them when it is created, and none later: /references, int64
// [heaps, 3], has (address in the file, bytes, crc32c) of each. HDF5 believes the sizes that it finds there, so that a damaged one ends
// the process that reads a reference: nobody reads one before require_heaps.
#pragma once

#include <weir/record/hdf5/hdf5.hpp>

namespace weir::record {

// Of a file whose objects are all declared and flushed.
void sign_heaps(const hdf5::File& file);
// Throws RecordError if a heap is not as it was, or if the file has none of these checksums.
void require_heaps(const hdf5::File& file);

}  // namespace weir::record
