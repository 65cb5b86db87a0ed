// tools/run/successor.hpp -- a run of a sweep forks the process of the next one, with LibTorch and the plugins loaded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "run.hpp"

// Opens the plugins that the run needs, and leaves a successor: tells the channel, a descriptor, the number of a process that waits
// there for the command line of another run, without the program's name, and for its standard output, standard error and events. In
// the run it returns nothing, with the channel closed; in the successor the words, its own first.
//
// A successor is what a process would be that was started for the same words. None is left, therefore, where a library cannot be opened
// or there are other threads, which a fork has not; and a successor becomes this program anew, for the words that it was given, if these
// need other plugins, or if one of the files that it is made of has been changed since.
std::optional<std::vector<std::string>> leave_successor(const std::vector<std::string>& words,
                                                        const RunArguments& arguments, int channel);
