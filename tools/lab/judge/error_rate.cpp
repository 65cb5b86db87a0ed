// tools/lab/judge/error_rate.cpp -- how often chance alone makes any verdict of a file wrong.
#include "error_rate.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::tools {
namespace {

std::string verdicts(std::size_t count) { return fmt::format("{} verdict{}", count, count == 1 ? "" : "s"); }

}  // namespace

double ErrorRate::level() const { return divided_ / static_cast<double>(std::max<std::size_t>(parts_, 1)); }

void ErrorRate::add(const std::vector<Verdict>& verdicts) {
  for (const Verdict& v : verdicts) {
    sum_ += v.level.value_or(0);
    verdicts_ += v.level.has_value();
  }
}

double ErrorRate::joint() const { return std::min(sum_, 1.0); }

std::string ErrorRate::text() const {
  const std::size_t own = verdicts_ - parts_;
  if (verdicts_ == 0) return "";
  std::string out = fmt::format("joint error rate {:.2g} %: ", 100 * joint());
  if (verdicts_ == 1 && parts_ == 1) return out + "of 1 verdict";
  if (parts_ > 0) out += fmt::format("{:.2g} % for each of {}", 100 * level(), verdicts(parts_));
  if (own > 0)
    out += fmt::format("{}what within_se and p_below allow {}", parts_ > 0 ? ", and " : "", verdicts(own));
  return out;
}

}  // namespace weir::tools
