// core/record/arrays_file.cpp -- files of named arrays, written whole and atomically.
#include <weir/record/arrays_file.hpp>

#include <span>

#include <weir/os/replace_file.hpp>
#include <weir/record/hdf5/signature.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/write/reserve.hpp>

namespace weir {
namespace {

using hdf5::check;
using hdf5::File;
using hdf5::Handle;
namespace fs = std::filesystem;

void write_array(const File& file, const std::string& path, const Array& array) {
  if (const auto slash = path.rfind('/'); slash > 0) hdf5::create_group(file, path.substr(0, slash));
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties, false);
  const Handle space = hdf5::space_of(array.shape);
  const Handle id(check(H5Dcreate2(file.id, path.c_str(), hdf5::file_type(array.dtype), space, H5P_DEFAULT,
                                   properties, H5P_DEFAULT),
                        file.path, "create", path),
                  H5Dclose);
  const std::size_t bytes = static_cast<std::size_t>(array.count()) * size_of(array.dtype);
  if (bytes == 0) return;
  check(H5Dwrite(id, hdf5::memory_type(array.dtype), H5S_ALL, H5S_ALL, H5P_DEFAULT, array.bytes->data()),
        file.path, "write", path);
  hdf5::sign(file, id, std::span(*array.bytes).first(bytes));
}

void write_file(const fs::path& temporary, const fs::path& name, const Arrays& arrays,
                const std::map<std::string, std::string>& texts) {
  const hdf5::Turn turn;
  const Handle access = hdf5::access_properties();
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation, false);
  File file{name,
            Handle(check(H5Fcreate(temporary.c_str(), H5F_ACC_TRUNC, creation, access), name, "create", "it"),
                   H5Fclose)};
  try {
    for (const auto& [path, array] : arrays) write_array(file, "/" + path, array);
    for (const auto& [path, text] : texts) {
      if (const auto slash = path.rfind('/'); slash != std::string::npos)
        hdf5::create_group(file, "/" + path.substr(0, slash));
      hdf5::create_bytes(file, "/" + path, text);
    }
    // HDF5 does not survive a file that it could not write while closing: what can fail fails here.
    check(H5Fflush(file.id, H5F_SCOPE_LOCAL), name, "write", "it");
  } catch (const RecordError&) {
    record::let_go(file.id);
    throw;
  }
  check(file.id.reset(), name, "close", "it");
}

}  // namespace

void write_arrays(const fs::path& file, const Arrays& arrays,
                  const std::map<std::string, std::string>& texts) {
  try {
    os::Replacement fresh(file);
    write_file(fresh.temporary(), file, arrays, texts);
    fresh.put_in_place();
  } catch (const os::FileError& error) {
    throw RecordError(error.what());
  }
}

Arrays read_arrays(const fs::path& file) {
  const Reader reader(file);
  Arrays arrays;
  for (const std::string& path : reader.objects("/")) arrays[path.substr(1)] = reader.read(path);
  return arrays;
}

void remove_arrays(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(fs::symlink_status(folder, error))) return;
  std::vector<fs::path> ours;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string(), unfinished = os::replaced_by(name);
    const fs::path file = unfinished.empty() ? name : unfinished;
    if (file.extension() == ".h5" && fs::is_regular_file(entry.symlink_status(error)))
      ours.push_back(entry.path());
  }
  for (const fs::path& file : ours) fs::remove(file, error);
  fs::remove(folder, error);  // if it is empty
}

}  // namespace weir
