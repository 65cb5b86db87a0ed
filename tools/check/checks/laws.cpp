// tools/check/checks/laws.cpp -- the laws of the plugin's kind.
#include "../laws/laws.hpp"

#include <fmt/format.h>

#include "../bench.hpp"
#include "../broken.hpp"
#include "checks.hpp"

namespace weir::conformance {

std::string keeps_the_laws(const Job& job) {
  const std::vector<Law>& laws = laws_of(job.subject.schema.kind);
  if (laws.empty()) throw Skipped(fmt::format("Weir knows no laws of kind {}", job.subject.schema.kind));
  const Subject subject = Bench(job.subject).subject();
  std::string skipped;
  std::size_t held = 0;
  for (const Law& law : laws) {
    job.trying(law.says);
    try {
      law.hold(subject);
      ++held;
    } catch (const Skipped& reason) {
      skipped += fmt::format("; not '{}': {}", law.says, reason.what());
    } catch (const Broken&) {
      throw;
    } catch (const std::exception& error) {
      throw Broken(law.says, fmt::format("an error: {}", error.what()), "correct what throws");
    }
  }
  if (held == 0) throw Skipped(skipped.substr(2));
  return fmt::format("{} of {}{}", held, laws.size(), skipped);
}

}  // namespace weir::conformance
