// core/os/cores.hpp -- processor cores.
#pragma once

namespace weir::os {

int allowed_cores();  // that this process may run on, at least 1

}  // namespace weir::os
