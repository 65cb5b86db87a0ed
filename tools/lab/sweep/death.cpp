// tools/lab/sweep/death.cpp -- who was at work, what killed it, and the record that it left open.
#include "death.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
#include <cstring>

#include <weir/record/recorder.hpp>
#include <weir/text/utf8.hpp>

namespace weir::tools {
namespace {

std::string culprit(const std::set<std::string>& at_work) {
  if (at_work.empty()) return "between two nodes";
  if (at_work.size() == 1) return fmt::format("in node '{}'", *at_work.begin());
  return fmt::format("in one of the nodes '{}'", fmt::join(at_work, "', '"));
}

std::string death_of(const News& news, const std::set<std::string>& at_work) {
  const std::string where = culprit(at_work);
  if (news.exit == 128 + SIGKILL)
    return fmt::format(
        "the run was killed {}, as the system does when memory runs out; give it less to do at "
        "once, and the same command goes on from its last checkpoint",
        where);
  if (news.exit > 128)
    return fmt::format(
        "the run crashed {}: {} (signal {}); `weir plugin check` finds such faults of a plugin", where,
        ::strsignal(news.exit - 128), news.exit - 128);
  return fmt::format(
      "the run ended {} with exit code {} and without a word; a plugin throws, and never ends "
      "the program",
      where, news.exit);
}

}  // namespace

void explain_death(Outcome& outcome, const News& news, const std::set<std::string>& at_work, bool stopping) {
  const bool by_user = news.exit == 128 + SIGINT || news.exit == 128 + SIGTERM || news.exit == 128 + SIGKILL;
  if (stopping && by_user) {
    outcome.status = "interrupted";
    outcome.exit = interrupted;
    outcome.message = news.exit == 128 + SIGKILL
                          ? "killed by a second signal; the same command goes on from its last checkpoint"
                          : "stopped before it began; the same command starts it";
    return;
  }
  outcome.status = "failed";
  outcome.exit = plugin_failed;
  if (outcome.message.empty()) outcome.message = death_of(news, at_work);
  constexpr std::size_t words = 4096;
  if (!news.stderr_tail.empty()) outcome.message += "\n" + utf8::visible(news.stderr_tail, words);
}

void close_record(const Job& job, Outcome& outcome) try {
  repair_record(job.out, RecordEnd{outcome.status, outcome.message, outcome.exit});
} catch (const std::exception& error) {
  outcome.message += fmt::format("\nthe record could not be closed: {}", error.what());
}

}  // namespace weir::tools
