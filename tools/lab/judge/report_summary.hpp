// tools/lab/judge/report_summary.hpp -- the numbers and verdicts of a report: those that `weir run` gave.
#pragma once

#include <filesystem>
#include <string>

namespace weir::tools {

// A JSON file for the page's maker: a sweep's summary.json; for a record, one in memory, which a program that replaces this
// one may read. "" if there is none: the sweep or the run has not ended, or what was given is no record.
std::string report_summary(const std::filesystem::path& source);

}  // namespace weir::tools
