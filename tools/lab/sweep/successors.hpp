// tools/lab/sweep/successors.hpp -- processes that runs of a sweep have left to those that follow.
//
// LibTorch and the plugins take most of the time of a short run to load. A run that is given a channel forks a successor once they are
// loaded and before it begins (tools/run/successor.cpp). When it has ended, its successor is our child in its place, and waits for
// the command line of another run. So every run is a process of its own and our child, as if it had been started for itself.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include <weir/os/channel.hpp>
#include <weir/os/child.hpp>

namespace weir::tools {

class Successors {
 public:
  Successors();   // from now on, who loses its parent below us is our child
  ~Successors();  // ends those that wait
  Successors(const Successors&) = delete;
  Successors& operator=(const Successors&) = delete;

  // A run has ended, which had the other end of the channel: its successor waits, if it has left one.
  void keep(os::Channel channel);

  struct Begun {
    os::Child child;
    os::Channel channel;  // by which it leaves the next
  };
  // Gives the command line, without the program's name, to one that waits. Nothing if none does.
  std::optional<Begun> begin(const std::vector<std::string>& arguments, std::size_t output_kept);

  // Of the dead who were left to us, those that are not of `runs`.
  void bury_others(const std::vector<pid_t>& runs);

 private:
  struct Waiting {
    pid_t process;
    os::Channel channel;
  };
  static void end(Waiting& waiting);

  std::list<Waiting> waiting_;
  bool were_ours_ = false;  // who lost its parent, before
};

}  // namespace weir::tools
