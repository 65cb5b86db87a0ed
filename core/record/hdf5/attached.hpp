// core/record/hdf5/attached.hpp -- which scale belongs to which axis, as both sides say it, and attributes that nobody asks for.
//
// What HDF5 keeps of them outside of the objects' headers (long lists, many attributes) it checks when it is read, or not at all.
#pragma once

#include <set>
#include <string>
#include <tuple>

#include <weir/record/hdf5/hdf5.hpp>

namespace weir::hdf5 {

struct Attached {
  haddr_t dataset = 0, scale = 0;  // addresses in the file
  unsigned axis = 0;

  auto operator<=>(const Attached&) const = default;
};

haddr_t address_of(const File& file, const std::string& path);
// As DIMENSION_LIST of the dataset says, and as REFERENCE_LIST of the scale; empty where there is none. Errors: RecordError if it cannot
// be read.
std::set<Attached> scales_of(const File& file, const std::string& dataset);
std::set<Attached> datasets_of(const File& file, const std::string& scale);

// Throws RecordError if an attribute of an object cannot be read.
void require_attributes(const File& file, const std::string& path);

}  // namespace weir::hdf5
