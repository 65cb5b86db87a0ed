// tools/lab/sweep/death.hpp -- runs that ended without saying how: by a crash, an exit, the system or the watchdog.
#pragma once

#include <set>
#include <string>

#include "job.hpp"
#include "runner.hpp"

namespace weir::tools {

// The end of such a run, as far as its process and the nodes that were at work tell: status, message and exit of the outcome. A
// message that came before stays. `stopping`: the user has asked for the end.
void explain_death(Outcome& outcome, const News& news, const std::set<std::string>& at_work, bool stopping);

// Says in the record what the outcome says, after what is committed was set right. For a run that has begun to record.
void close_record(const Job& job, Outcome& outcome);

}  // namespace weir::tools
