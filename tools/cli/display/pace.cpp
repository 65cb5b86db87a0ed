// tools/cli/display/pace.cpp -- how fast a node steps, and the words and the bar for it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <text/number.hpp>
#include "progress.hpp"

namespace weir::tools {

void Pace::at(double seconds, std::int64_t step) {
  if (seconds_ >= 0 && step > step_ && seconds > seconds_) {
    const double elapsed = seconds - seconds_;
    const double now = static_cast<double>(step - step_) / elapsed;
    // A memory of about three seconds, whatever the time between two events.
    const double weight = rate_ == 0 ? 1 : 1 - std::exp(-elapsed / 3);
    rate_ += weight * (now - rate_);
  }
  seconds_ = seconds;
  step_ = step;
}

double Pace::left(std::int64_t total) const {
  return rate_ > 0 ? static_cast<double>(std::max<std::int64_t>(total - step_, 0)) / rate_ : -1;
}

std::string describe(const nlohmann::json& event, const Pace& pace) {
  const auto step = event.value("step", std::int64_t{0});
  const auto total = event.value("total", std::int64_t{0});
  std::string out = total > 0 ? fmt::format("step {}/{}", step, total) : fmt::format("step {}", step);
  if (event.contains("values") && event["values"].is_object())
    for (const auto& [name, value] : event["values"].items())
      out += fmt::format("  {} {}", name, value.is_number() ? number(value.get<double>()) : "nan");
  if (pace.per_second() > 0)
    out += fmt::format("  {}/s", fmt::format("{:.{}f}", pace.per_second(), pace.per_second() < 10 ? 1 : 0));
  if (total > 0 && pace.left(total) >= 0) out += fmt::format("  {} left", duration(pace.left(total)));
  return out;
}

std::string warning(const nlohmann::json& event) {
  const std::string node = event.value("node", "");
  return fmt::format("{}warning: {}", node.empty() ? "" : node + ": ", event.value("text", ""));
}

std::string bar(double share, std::size_t cells) {
  if (cells < 3) return "";
  const std::size_t inside = cells - 2;
  const double bounded = std::clamp(std::isnan(share) ? 0.0 : share, 0.0, 1.0);
  const auto full = static_cast<std::size_t>(bounded * static_cast<double>(inside));
  std::string out(full, '=');
  if (full < inside && bounded > 0) out += '>';
  out.resize(inside, ' ');
  return "[" + out + "]";
}

}  // namespace weir::tools
