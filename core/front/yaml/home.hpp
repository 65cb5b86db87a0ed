// core/front/yaml/home.hpp -- the home folder in a path that is written as in a shell.
#pragma once

#include <string>

namespace weir {

// "~" and "~/x.h5" with the user's home folder, "~name/x.h5" with that of a user whom the system knows; any other path as it is.
std::string with_home(const std::string& path);

// What to write for a path that names an environment variable as a shell does, $HOME/x.h5 or ${DATA}/x.h5; "" for any other.
std::string variable_remedy(const std::string& path);

}  // namespace weir
