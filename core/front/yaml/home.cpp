// core/front/yaml/home.cpp -- HOME, and the system's list of users.
#include <weir/front/yaml/home.hpp>

#include <pwd.h>
#include <unistd.h>
#include <cstdlib>

#include <weir/front/faults/wording.hpp>

namespace weir {
namespace {

std::string own_home() {
  const char* home = std::getenv("HOME");
  if (home && *home) return home;
  const passwd* user = ::getpwuid(::getuid());
  return user && user->pw_dir ? user->pw_dir : "";
}

}  // namespace

std::string with_home(const std::string& path) {
  if (!path.starts_with('~')) return path;
  const std::string name = path.substr(1, path.find('/') - 1);  // npos - 1 is more than any path has
  const std::string rest = path.substr(1 + name.size());
  if (name.empty()) {
    const std::string home = own_home();
    return home.empty() ? path : home + rest;
  }
  const passwd* user = ::getpwnam(name.c_str());
  return user && user->pw_dir ? user->pw_dir + rest : path;
}

std::string variable_remedy(const std::string& path) {
  if (!path.starts_with('$') || path.size() < 2) return "";
  const bool braces = path[1] == '{';
  const std::size_t from = braces ? 2 : 1;
  const std::size_t end =
      braces ? path.find('}')
             : path.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789", 1);
  if (braces && end == std::string::npos) return "";
  std::string name = path.substr(from, end == std::string::npos ? end : end - from);
  const std::string rest = end == std::string::npos ? "" : path.substr(end + (braces ? 1 : 0));
  if (name.starts_with("env:")) {
    if (rest.empty())
      return "";  // what stands there for a whole value has been replaced, or is a record's text
    name.erase(0, 4);
  }
  if (!wording::is_name(name)) return "";
  if (name == "HOME" && (rest.empty() || rest.starts_with('/'))) return "write ~" + rest;
  return rest.empty() ? "write \"${env:" + name + "}\""
                      : "give a variable the whole path, and write its name as in \"${env:" + name + "}\"";
}

}  // namespace weir
