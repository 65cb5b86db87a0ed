// plugins/source/files/jpeg.cpp -- JPEG by libjpeg-turbo; what it warns of, such as an early end, is an error.
//
// Source   ITU-T T.81 (JPEG) and T.871 (JFIF), as TurboJPEG decodes them
#include <turbojpeg.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "image_formats.hpp"

namespace weir::files {
namespace {

class Jpeg {
 public:
  explicit Jpeg(std::string_view bytes) : bytes_(bytes), handle_(tjInitDecompress(), &tjDestroy) {
    if (!handle_) throw std::bad_alloc();
    int width = 0, height = 0, sampling = 0, colours = 0;
    check(tjDecompressHeader3(handle_.get(), data(), length(), &width, &height, &sampling, &colours));
    if (colours == TJCS_CMYK || colours == TJCS_YCCK) {
      throw std::runtime_error(
          "has the colours of print (CMYK), and what they look like is in no JPEG: convert it to RGB, as "
          "Pillow's image.convert('RGB') does");
    }
    size_ = {height, width};
  }
  ImageSize size() const { return size_; }
  Tensor pixels() const {
    Tensor rgb = at::empty({size_.height, size_.width, 3}, at::kByte);
    check(tjDecompress2(handle_.get(), data(), length(), rgb.mutable_data_ptr<std::uint8_t>(),
                        static_cast<int>(size_.width), 0, static_cast<int>(size_.height), TJPF_RGB,
                        TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS));
    return rgb;
  }

 private:
  const unsigned char* data() const { return reinterpret_cast<const unsigned char*>(bytes_.data()); }
  unsigned long length() const { return static_cast<unsigned long>(bytes_.size()); }
  void check(int code) const {
    if (code == 0) return;
    const std::string why = tjGetErrorStr2(handle_.get());
    throw std::runtime_error("cannot be decoded: " +
                             (why.starts_with("Premature end")
                                  ? "it ends too early, as a download that broke off: get it anew"
                                  : why));
  }

  std::string_view bytes_;
  std::unique_ptr<void, int (*)(tjhandle)> handle_;
  ImageSize size_;
};

}  // namespace

Head jpeg_head(std::string_view bytes) { return {Jpeg(bytes).size(), jpeg_orientation(bytes)}; }

Tensor read_jpeg(std::string_view bytes) { return turned(Jpeg(bytes).pixels(), jpeg_orientation(bytes)); }

}  // namespace weir::files
