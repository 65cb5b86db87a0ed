// core/record/hdf5/hdf5.hpp -- the HDF5 C API behind RAII and checked calls; its reports become one sentence.
#pragma once

#include <hdf5.h>
#include <hdf5_hl.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weir/record/data/array.hpp>

namespace weir::hdf5 {

// Held around every use of HDF5: one thread at a time whatever the library's build, its own printing off
// (HDF5 keeps that setting per thread), and no work of its own at the process's end, where it would write to
// a file that has failed.
class Turn {
 public:
  Turn();

 private:
  std::unique_lock<std::recursive_mutex> lock_;
};

// Owns one HDF5 identifier.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      id_ = std::exchange(other.id_, -1);
      close_ = other.close_;
    }
    return *this;
  }
  ~Handle() { reset(); }

  operator hid_t() const { return id_; }  // so that C calls read as in HDF5's manual
  bool open() const { return id_ >= 0; }
  herr_t reset();               // closes; negative if HDF5 could not
  void abandon() { id_ = -1; }  // never closed

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

// An open file and the name that errors give it.
struct File {
  std::filesystem::path path;
  Handle id;
};

// The innermost reason on HDF5's error stack ("No space left on device"), and the stack emptied.
std::string reason();

// Throws RecordError "<file>: cannot <verb> <object>: <reason>".
[[noreturn]] void fail(const std::filesystem::path& file, std::string_view verb, std::string_view object);

// Passes a non-negative HDF5 result through, else fails.
template <class Result>
Result check(Result result, const std::filesystem::path& file, std::string_view verb,
             std::string_view object) {
  if (result < 0) fail(file, verb, object);
  return result;
}

hid_t file_type(DType dtype);  // little endian, as stored
hid_t memory_type(DType dtype);
Handle text_type(std::size_t size);  // fixed ASCII, padded with NUL; size 0 becomes 1
Handle access_properties();          // V110, HDF5's own locking off, damage given up

// A regular file that is whole, also while it is written (SWMR); of an unfinished record, and with End::cut_off of any file, what there
// is of it: places beyond its end may then read as zeros.
enum class End { whole, cut_off };
Handle open_for_reading(const std::filesystem::path& file, End end = End::whole);
// By hard links alone: what other files hold is not read, and no link leads elsewhere. Errors: RecordError.
Handle open_object(const File& file, const std::string& path);
Handle open_dataset(const File& file, const std::string& path);
bool exists(hid_t file, const std::string& path);  // every part of the path; a link counts, wherever it leads
std::vector<std::string> members_of(const File& file, const std::string& group);  // names, sorted
// Paths of all that is no group, below a group: each object once, and links that are no hard ones by their own path. Errors:
// RecordError if they are too many or too deep, and if one cannot be read; with `unreadable`, which gets its path and the reason, the
// others are found all the same.
using Unreadable = std::function<void(const std::string& path, const std::string& why)>;
std::vector<std::string> objects_below(const File& file, const std::string& group,
                                       const Unreadable& unreadable = {});
std::vector<std::string> groups_below(const File& file, const std::string& group,
                                      const Unreadable& unreadable = {});  // itself first
std::string link_kind(const File& file, const std::string& path);          // "soft link"; "" of a hard one
Handle space_of(const std::vector<std::int64_t>& shape);                   // {} is a scalar

std::string ascii(std::string_view text);  // any character but printable ASCII, tab and newline becomes '?'
std::vector<std::int64_t> shape_of(hid_t dataset);
void set_rows(const File& file, hid_t dataset, const std::string& path,
              std::int64_t rows);  // the length of axis 0

Handle create_group(const File& file, const std::string& path);  // and its parents
// Fixed-ASCII text in a scalar dataset of `capacity` bytes, rewritable in place.
Handle create_text(const File& file, const std::string& path, std::string_view text, std::size_t capacity);
void rewrite_text(const File& file, hid_t dataset, const std::string& path, std::string_view text);
// int64 of a fixed shape, in the file at once, so that it is rewritten in place; `what` becomes its long_name.
Handle create_numbers(const File& file, const std::string& path, const std::vector<std::int64_t>& shape,
                      std::string_view what);
// Text of any bytes as uint8[].
void create_bytes(const File& file, const std::string& path, std::string_view text);
std::string read_text(const File& file, const std::string& path);  // uint8[] or one fixed-ASCII text
// A column of fixed-ASCII texts; `extendible` ones can grow, each at most `width` long (0: as the longest).
void create_column(const File& file, const std::string& path, const std::vector<std::string>& texts,
                   bool extendible = false, std::size_t width = 0);

std::vector<std::string> read_column(const File& file, const std::string& path);
std::vector<std::string> split_texts(std::string_view bytes,
                                     std::size_t width);  // each ends at its first NUL

// Attributes. Text is fixed ASCII; JSON numbers, booleans (0 or 1), texts and lists of them are typed. An
// array of several axes is written row by row as one list, with @<name>_shape; null is left out; anything
// else, an empty list too, is written as JSON text. Values over 32 KiB are left out: an attribute is no place
// for data, and /pipeline/resolved_json has them.
void text_attribute(const File& file, hid_t object, const std::string& name, std::string_view text);
void json_attribute(const File& file, hid_t object, const std::string& name, const nlohmann::json& value);
void texts_attribute(const File& file, hid_t object, const std::string& name,
                     const std::vector<std::string>& texts);
// Room for a text of so many bytes, "" until it is written there. Nothing is added to an object under SWMR: HDF5 1.10 grows a header
// without noting what has to be flushed before what (H5C_resize_entry), and one run in a thousand ends with "slist not empty".
void reserve_attribute(const File& file, hid_t object, const std::string& name, std::size_t bytes);
// In place. A longer text is cut and ends in "..."; without room, as in a record of an older version, nothing is written.
void rewrite_attribute(const File& file, hid_t object, const std::string& name, std::string_view text);
std::string read_text_attribute(const File& file, const std::string& object, const std::string& name);

}  // namespace weir::hdf5
