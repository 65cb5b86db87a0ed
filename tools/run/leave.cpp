// tools/run/leave.cpp -- on_exit() rather than atexit(): it is given the code.
#include "leave.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

void leave(int code) {
  std::fflush(nullptr);
  ::_exit(code);
}

void leave_on_exit() {
  ::on_exit([](int code, void*) { leave(code); }, nullptr);
}
