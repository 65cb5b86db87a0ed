// core/record/hdf5/opening.cpp -- files and objects of strangers, opened by what lies in the file itself.
#include <weir/record/hdf5/hdf5.hpp>

#include <fmt/format.h>

#include <sys/stat.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include <weir/record/data/run_spec.hpp>
#include <weir/record/hdf5/bounds.hpp>

namespace weir::hdf5 {
namespace {

constexpr std::size_t most_depth = 64, most_objects = 100'000;

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

const char* kind_of(H5L_type_t link) {
  if (link == H5L_TYPE_SOFT) return "a soft link";
  return link == H5L_TYPE_EXTERNAL ? "an external link" : "a link of an unknown kind";
}

// A full disk can leave HDF5's idea of the file's end behind the end itself; what such a run committed is there.
bool is_unfinished_record(const std::filesystem::path& path, Handle& id) {
  File file{path, std::move(id)};
  bool unfinished = false;
  try {
    unfinished = H5Aexists(file.id, "weir_format") > 0 && read_text(file, "/status") != "finished";
  } catch (const RecordError&) {
  }
  id = std::move(file.id);
  return unfinished;
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin) parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

H5L_info_t link_to(const File& file, hid_t group, const std::string& name, const std::string& path) {
  H5L_info_t link{};
  check(H5Lget_info(group, name.c_str(), &link, H5P_DEFAULT), file.path, "look for", path);
  return link;
}

herr_t add_name(hid_t, const char* name, const H5L_info_t*, void* into) {
  auto& names = *static_cast<std::vector<std::string>*>(into);
  names.emplace_back(name);
  return names.size() > most_objects ? 1 : 0;
}

// Below one group, depth first and in order of names. An object that several links lead to has the path by which it is met
// first, so that neither circles nor many ways to one place take time.
class Walk {
 public:
  Walk(const File& file, const Unreadable& unreadable) : file_(file), unreadable_(unreadable) {}

  void below(const std::string& path, std::size_t depth) {
    if (depth > most_depth)
      throw RecordError(
          fmt::format("{}: {} lies {} groups deep, and at most {} are read; write it with fewer",
                      file_.path.string(), path, depth, most_depth));
    Handle group;
    std::vector<std::string> names;
    tried(path, [&] {
      group = open_object(file_, path);
      groups.push_back(path);
      remember(group, path);
      names = members_of(file_, path);
    });
    for (const std::string& name : names) {
      if (++met_ > most_objects)
        throw RecordError(fmt::format("{}: it has more than {} objects; divide it into several files",
                                      file_.path.string(), most_objects));
      const std::string member = path == "/" ? path + name : path + "/" + name;
      bool enter = false;
      tried(member, [&] { enter = is_new_group(group, name, member); });
      if (enter) below(member, depth + 1);
    }
  }

  std::vector<std::string> found, groups;

 private:
  template <class Work>
  void tried(const std::string& path, const Work& work) {
    try {
      work();
    } catch (const RecordError& error) {
      if (!unreadable_) throw;
      unreadable_(path, error.what());
    }
  }

  // What is no group, or a link that is not followed, is found.
  bool is_new_group(hid_t group, const std::string& name, const std::string& member) {
    if (link_to(file_, group, name, member).type != H5L_TYPE_HARD) {
      found.push_back(member);
      return false;
    }
    H5O_info_t info{};
    check(H5Oget_info_by_name2(group, name.c_str(), &info, H5O_INFO_BASIC, H5P_DEFAULT), file_.path, "open",
          member);
    if (known_.contains(info.addr)) return false;
    if (info.type == H5O_TYPE_GROUP) return true;
    known_.insert(info.addr);
    found.push_back(member);
    return false;
  }

  void remember(hid_t object, const std::string& path) {
    H5O_info_t info{};
    check(H5Oget_info2(object, &info, H5O_INFO_BASIC), file_.path, "open", path);
    known_.insert(info.addr);
  }

  const File& file_;
  const Unreadable& unreadable_;
  std::set<haddr_t> known_;
  std::size_t met_ = 0;
};

}  // namespace

Handle open_for_reading(const std::filesystem::path& file, End end) {
  struct stat status {};
  const auto refuse = [&](const std::string& why) {
    H5Eclear2(H5E_DEFAULT);
    throw RecordError(fmt::format("{}: cannot read it: {}", file.string(), why));
  };
  if (::stat(file.c_str(), &status) != 0) refuse(std::strerror(errno));
  if (!S_ISREG(status.st_mode)) refuse(fmt::format("it is {}, not a file", kind_of(status.st_mode)));

  const Handle properties = access_properties();
  const auto open = [&](unsigned flags) {
    return Handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY | flags, properties), H5Fclose);
  };
  // Only what a writer holds, or left behind, is read as SWMR: HDF5 then takes places beyond the file's end for zeros.
  Handle id = open(0);
  if (!id.open()) id = open(H5F_ACC_SWMR_READ);
  if (!id.open()) {
    const std::string why = reason();
    const hbool_t yes = true;
    H5Pset(properties, "skip_eof_check", &yes);
    id = open(H5F_ACC_SWMR_READ);
    if (!id.open() || (end == End::whole && !is_unfinished_record(file, id))) {
      H5Eclear2(H5E_DEFAULT);
      refuse(H5Fis_hdf5(file.c_str()) == 0 ? "it is not an HDF5 file" : why);
    }
  }
  H5Eclear2(H5E_DEFAULT);
  return id;
}

Handle open_object(const File& file, const std::string& path) {
  Handle at(check(H5Oopen(file.id, "/", H5P_DEFAULT), file.path, "open", path), H5Oclose);
  for (const std::string& name : parts_of(path)) {
    if (H5Iget_type(at) != H5I_GROUP)
      throw RecordError(
          fmt::format("{}: cannot open {}: '{}' does not lie in a group", file.path.string(), path, name));
    if (name != "." && H5Lexists(at, name.c_str(), H5P_DEFAULT) == 0)
      throw RecordError(
          fmt::format("{}: cannot open {}: object '{}' doesn't exist", file.path.string(), path, name));
    if (name != ".")
      if (const H5L_type_t link = link_to(file, at, name, path).type; link != H5L_TYPE_HARD)
        throw RecordError(
            fmt::format("{}: cannot open {}: '{}' is {}, and only what lies in the file itself is "
                        "read; name the place that it leads to",
                        file.path.string(), path, name, kind_of(link)));
    at = Handle(check(H5Oopen(at, name.c_str(), H5P_DEFAULT), file.path, "open", path), H5Oclose);
  }
  return at;
}

Handle open_dataset(const File& file, const std::string& path) {
  Handle id = open_object(file, path);
  if (H5Iget_type(id) != H5I_DATASET)
    throw RecordError(fmt::format("{}: cannot open {}: it is {}, not a dataset", file.path.string(), path,
                                  H5Iget_type(id) == H5I_GROUP ? "a group" : "a type"));
  require_plain(file, id, path);  // before its shape is asked for: HDF5 would look into other files for that
  return id;
}

bool exists(hid_t file, const std::string& path) {
  std::string part;
  for (const std::string& name : parts_of(path)) {
    part += "/" + name;
    H5L_info_t link{};
    if (H5Lexists(file, part.c_str(), H5P_DEFAULT) <= 0 ||
        H5Lget_info(file, part.c_str(), &link, H5P_DEFAULT) < 0) {
      H5Eclear2(H5E_DEFAULT);
      return false;
    }
    if (link.type != H5L_TYPE_HARD) return true;  // it is there; opening it says what it is
  }
  return true;
}

std::vector<std::string> members_of(const File& file, const std::string& path) {
  const Handle group = open_object(file, path);
  if (H5Iget_type(group) != H5I_GROUP)
    throw RecordError(fmt::format("{}: cannot list {}: it is not a group", file.path.string(), path));
  std::vector<std::string> names;
  // In no order: HDF5 1.10 frees memory that it never had where it sorts the links of a damaged group.
  const herr_t ended = check(H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_name, &names),
                             file.path, "list", path);
  std::sort(names.begin(), names.end());
  if (ended > 0)
    throw RecordError(fmt::format("{}: {} has more than {} members; divide it into several groups",
                                  file.path.string(), path, most_objects));
  return names;
}

std::vector<std::string> objects_below(const File& file, const std::string& group,
                                       const Unreadable& unreadable) {
  Walk walk(file, unreadable);
  walk.below(group, 0);
  return std::move(walk.found);
}

std::vector<std::string> groups_below(const File& file, const std::string& group,
                                      const Unreadable& unreadable) {
  Walk walk(file, unreadable);
  walk.below(group, 0);
  return std::move(walk.groups);
}

std::string link_kind(const File& file, const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string parent = slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
  const H5L_type_t link = link_to(file, open_object(file, parent), path.substr(slash + 1), path).type;
  return link == H5L_TYPE_HARD ? "" : std::string(kind_of(link)).substr(kind_of(link)[1] == 'n' ? 3 : 2);
}

}  // namespace weir::hdf5
