// core/record/declared.cpp -- a dataset as /schema declares it, and as it lies in the file.
#include <weir/record/declared.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weir {
namespace {

void require(const hdf5::File& file, const std::string& path, DType dtype,
             const std::vector<std::int64_t>& shape) {
  const auto refuse = [&](const std::string& why) {
    throw RecordError(fmt::format("{}: {} {}", file.path.string(), path, why));
  };
  const hdf5::Handle dataset = hdf5::open_dataset(file, path);
  const hdf5::Handle type(H5Dget_type(dataset), H5Tclose);
  if (H5Tequal(type, hdf5::file_type(dtype)) <= 0)
    refuse(fmt::format("is no {}, as /schema declares it", name_of(dtype)));
  const auto found = hdf5::shape_of(dataset);
  bool same = found.size() == shape.size();
  for (std::size_t axis = 0; same && axis < found.size(); ++axis)
    same = shape[axis] < 0 || shape[axis] == found[axis];
  if (!same)
    refuse(
        fmt::format("has shape [{}]; /schema declares [{}]", fmt::join(found, ", "), fmt::join(shape, ", ")));
}

}  // namespace

DatasetSpec declared_spec(const nlohmann::json& declared) {
  DatasetSpec spec;
  spec.node = declared.at("node");
  spec.name = declared.at("name");
  spec.trace = declared.at("trace");
  spec.shape = declared.at("shape").get<std::vector<std::int64_t>>();
  bool known = false;
  for (const DType dtype : {DType::float32, DType::float64, DType::int64, DType::int32, DType::uint8})
    if (declared.at("dtype") == name_of(dtype)) {
      spec.dtype = dtype;
      known = true;
    }
  if (!known)
    throw RecordError(fmt::format("{} is declared as '{}', which weir writes nothing of", key_of(spec),
                                  declared.at("dtype").get<std::string>()));
  for (std::size_t axis = 0; axis < spec.shape.size(); ++axis)
    if (spec.shape[axis] < (axis == 0 && !spec.trace ? -1 : 0))
      throw RecordError(
          fmt::format("{} is declared with the shape [{}]", key_of(spec), fmt::join(spec.shape, ", ")));
  return spec;
}

void require_as_declared(const hdf5::File& file, const DatasetSpec& spec) {
  const std::string path = path_of(spec);
  if (!spec.trace) return require(file, path, spec.dtype, spec.shape);
  auto rows = spec.shape;
  rows.insert(rows.begin(), -1);
  require(file, path + "/value", spec.dtype, rows);
  require(file, path + "/step", DType::int64, {-1});
  require(file, path + "/value_crc", DType::int64, {-1});
}

}  // namespace weir
