// core/record/hdf5/scales.hpp -- a dimension scale for every axis.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include <weir/record/data/run_spec.hpp>
#include <weir/record/hdf5/hdf5.hpp>

namespace weir::record {

class Scales {
 public:
  // `taken`: every path that the run declares, so that no scale claims the name of a later dataset.
  Scales(const hdf5::File& file, std::set<std::string> taken) : file_(file), taken_(std::move(taken)) {}

  // `dataset` is the coordinate of its own axis, named like its dimension.
  void own(hid_t dataset, const std::string& path, const std::string& dim, std::int64_t size);

  // Labels axis `axis` of `dataset`, which lies in `group`, and attaches a scale: the one declared for `dim`,
  // else a netCDF dimension without values. Size -1 is an axis that grows.
  void attach(hid_t dataset, const std::string& group, unsigned axis, const std::string& dim,
              std::int64_t size, const DatasetSpec& spec);

 private:
  std::string with_values(hid_t dataset, const std::string& group, const std::string& dim, std::int64_t size,
                          const std::string& name, const Array& values);
  std::string without_values(const std::string& group, const std::string& dim, std::int64_t size);

  const hdf5::File& file_;
  std::set<std::string> taken_;
  std::map<std::string, std::int64_t> sizes_;                          // of scales, by path
  std::map<std::pair<std::string, std::int64_t>, std::string> found_;  // (group/dim, size) -> path
};

// Lets the scale of a growing axis 0 follow its dataset.
void grow_scale(const hdf5::File& file, hid_t dataset, const std::string& path, std::int64_t size);

}  // namespace weir::record
