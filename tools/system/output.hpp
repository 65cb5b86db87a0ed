// tools/system/output.hpp -- what users are told: results on standard output, everything else on standard error.
//
// Neither call fails: a run outlives its terminal, its pager and the disk of its log. Whether the results arrived, the exit code says.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <system_error>
#include <utility>

namespace weir::tools {

// At the start of a program. A standard descriptor that was closed leads to where reading and writing fail, so that no file of ours
// gets its number; writing to a pipe that nobody reads is an error, not the end.
void keep_standard_streams();

void put_error(std::string_view text);
void put_result(std::string_view text);

template <class... T>
void say(fmt::format_string<T...> format, T&&... values) {
  put_error(fmt::format(format, std::forward<T>(values)...));
}

template <class... T>
void give(fmt::format_string<T...> format, T&&... values) {
  put_result(fmt::format(format, std::forward<T>(values)...));
}

// Whether characters beyond ASCII may be drawn with: standard output is a terminal, and the locale is one of UTF-8.
bool draws_blocks();

void flush_results();  // so that they come before what is said next

// Whether that is what fmt::print throws where standard output cannot be written; it is remembered.
bool is_lost_output(const std::system_error& error);

// At the end: `exit`, or io_failed after a sentence if results could not be written. A reader who has closed the pipe wants no more,
// which is no fault.
int after_output(int exit);

}  // namespace weir::tools
