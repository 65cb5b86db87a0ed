// tools/run/successor.hpp -- a run of a sweep forks the process of the next one, with LibTorch and the plugins loaded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "run.hpp"

// Opens the plugins that the run needs, and leaves a successor: tells the channel, a descriptor, the number of a process that waits
// there for the command line of another run, without the program's name, and for its standard output, standard error and events. In
// the run it returns nothing, with the channel closed; in the successor the words, its own first. None is left where a fork would not be
// as good as a start: where the process has more threads than this one, or a plugin cannot be opened. If a library has changed since
// it was opened, the process becomes this program anew, for the same words.
std::optional<std::vector<std::string>> leave_successor(const std::vector<std::string>& words,
                                                        const RunArguments& arguments, int channel);
