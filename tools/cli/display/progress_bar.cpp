// tools/cli/display/progress_bar.cpp -- one line on the terminal, redrawn in place.
#include "progress_bar.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <weir/text/utf8.hpp>

#include <text/number.hpp>

namespace weir::tools {

using utf8::cut;
using utf8::width;

namespace {

constexpr const char* erase_line = "\r\033[K";

std::size_t columns_of(std::FILE* terminal) {
  winsize size{};
  return ioctl(fileno(terminal), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

ProgressBar::ProgressBar(std::vector<std::string> runs, std::size_t kept, std::FILE* terminal)
    : runs_(std::move(runs)), kept_(kept), terminal_(terminal), colour_(std::getenv("NO_COLOR") == nullptr) {}

ProgressBar::~ProgressBar() { clear(); }

double ProgressBar::elapsed() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
}

double ProgressBar::Work::share() const {
  const auto total = last.is_object() ? last.value("total", 0.0) : 0.0;
  return total > 0 ? std::clamp(last.value("step", 0.0) / total, 0.0, 1.0) : 0;
}

void ProgressBar::started(std::size_t job) { at_work_[job] = {}; }

void ProgressBar::event(std::size_t job, const nlohmann::json& event) {
  Work& work = at_work_[job];
  const std::string kind = event.value("event", "");
  const std::string node = event.value("node", "");
  if (kind == "started") work = {node, nullptr, {}, work.furthest};
  if (kind == "progress") {
    if (work.node != node) work = {node, nullptr, {}, work.furthest};
    work.last = event;
    work.furthest = std::max(work.furthest, work.share());
    work.pace.at(elapsed(), event.value("step", std::int64_t{0}));
  }
  if (kind == "warning") {
    const std::string run = runs_[job].empty() ? "" : runs_[job] + "  ";
    above(run + warning(event));
  }
  tick();
}

void ProgressBar::ended(std::size_t job, const Outcome& outcome) {
  at_work_.erase(job);
  ++done_;
  if (outcome.exit != 0 && !runs_[job].empty()) above(fmt::format("{}  {}", runs_[job], outcome.status));
  draw();
}

void ProgressBar::tick() {
  if (std::chrono::steady_clock::now() - drawn_ > std::chrono::milliseconds(90)) draw();
}

std::string ProgressBar::line(std::size_t columns) const {
  return cut(runs_.size() + kept_ > 1 ? several(columns) : single(columns), columns);
}

std::string ProgressBar::single(std::size_t columns) const {
  if (at_work_.empty()) return "";
  const Work& work = at_work_.begin()->second;
  if (work.node.empty()) return "starting";
  if (work.last.is_null()) return work.node;
  const std::string words = describe(work.last, work.pace);
  const std::size_t taken = width(work.node) + width(words) + 4;
  const std::size_t cells = columns > taken + 10 ? std::min<std::size_t>(columns - taken, 40) : 0;
  return fmt::format("{}  {}{}{}", work.node, bar(work.share(), cells), cells > 0 ? "  " : "", words);
}

std::string ProgressBar::several(std::size_t columns) const {
  double done = static_cast<double>(done_);
  std::string running;
  for (const auto& [job, work] : at_work_) {
    // Within a run only the steps of its nodes are known: the longest stands for the run, but never for all.
    done += 0.9 * work.furthest;
    running += fmt::format("{}{} {}", running.empty() ? "" : " | ", runs_[job], work.node);
    if (work.share() > 0) running += fmt::format(" {:.0f}%", 100 * work.share());
  }
  const auto total = static_cast<double>(runs_.size());
  std::string left;
  if (done_ > 0 && done < total) left = fmt::format("  {} left", duration(elapsed() * (total - done) / done));
  const std::string count = fmt::format("runs {}/{}", done_ + kept_, runs_.size() + kept_);
  const std::size_t cells = columns >= 60 ? 20 : 0;
  const std::string drawn =
      bar((done + static_cast<double>(kept_)) / (total + static_cast<double>(kept_)), cells);
  const std::size_t taken = width(count) + cells + width(left) + 3;
  return fmt::format("{}  {} {}{}", count, drawn, cut(running, columns > taken ? columns - taken : 0), left);
}

void ProgressBar::draw() {
  drawn_ = std::chrono::steady_clock::now();
  std::string text = line(columns_of(terminal_) - 1);
  if (colour_) {
    const std::size_t open = text.find('['), shut = text.find(']');
    if (open != std::string::npos && shut != std::string::npos && open < shut) {
      text.insert(shut, "\033[0m");
      text.insert(open + 1, "\033[32m");
    }
  }
  put(erase_line + text);
}

void ProgressBar::above(const std::string& text) {
  put(erase_line + text + "\n");
  draw();
}

void ProgressBar::clear() { put(erase_line); }

// A terminal that has gone is no reason to stop.
void ProgressBar::put(const std::string& text) {
  [[maybe_unused]] const std::size_t written = std::fwrite(text.data(), 1, text.size(), terminal_);
  std::fflush(terminal_);
}

}  // namespace weir::tools
