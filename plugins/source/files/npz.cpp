// plugins/source/files/npz.cpp -- NumPy's .npz, an archive of .npy files.
//
// Source   numpy.savez and savez_compressed: a ZIP archive whose members are NAME.npy, stored or deflated
#include <stdexcept>

#include "array_formats.hpp"

namespace weir::files {
namespace {

class NpzFile final : public ArrayFile {
 public:
  NpzFile(const std::filesystem::path& file, Archive archive)
      : ArrayFile(file), archive_(std::move(archive)) {
    for (const std::string& name : members_of(archive_))
      if (name.ends_with(".npy")) names_.push_back(name.substr(0, name.size() - 4));
    if (names_.empty())
      throw std::runtime_error("is an archive without arrays of NumPy or tensors of PyTorch: unpack it");
  }
  std::vector<std::string> names() const override { return names_; }

 protected:
  OpenArray opened(const std::string& name) const override {
    OpenArray array{
        {},
        member_of(archive_, name + ".npy", "write it by numpy.savez, without compression, if you trust it")};
    array.header = npy_header(*array.stream);
    return array;
  }

 private:
  Archive archive_;
  std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<ArrayFile> open_archived(const std::filesystem::path& file) {
  Archive archive = open_archive(file);
  for (const std::string& name : members_of(archive))
    if (name.ends_with("/data.pkl") || name == "data.pkl") return open_pt(file, archive, name);
  return std::make_unique<NpzFile>(file, std::move(archive));
}

}  // namespace weir::files
