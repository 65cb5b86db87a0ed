// tools/run/leave.hpp -- the end of the process, without the destructors of what it has loaded.
#pragma once

// Shows what was printed and ends the process. exit() would take down what plugins, LibTorch and HDF5 hold while threads may be at work
// on it; nothing of it is needed any more.
[[noreturn]] void leave(int code);

// From now on exit() is leave(): a plugin may call it in the middle of a run.
void leave_on_exit();
