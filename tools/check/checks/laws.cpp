// tools/check/checks/laws.cpp -- the laws of the plugin's kind.
#include "../laws/laws.hpp"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <check/bench/bench.hpp>
#include <check/bench/broken.hpp>
#include "checks.hpp"
#include "fuzz.hpp"

namespace weir::conformance {

namespace {

// "law/field/rows"
std::string named(const Law& law, const Subject& subject) {
  return fmt::format("law/{}/{}", subject.schema.kind, law.name);
}

// Why the law has nothing to say of the plugin, or "". Throws Broken, with the law's name, under which `weir explain` states it.
std::string hold(const Law& law, const Subject& subject, const std::string& where) {
  const auto broken = [&](const std::string& expected, const std::string& found, const std::string& remedy) {
    return Broken(named(law, subject) + ": " + expected, found + where,
                  fmt::format("{} (weir explain law/{})", remedy, subject.schema.kind));
  };
  const auto failed = [&](const std::string& what) {
    return broken("nothing is thrown", "an error: " + what, "correct what throws");
  };
  try {
    law.hold(subject);
    return "";
  } catch (const Skipped& reason) {
    return reason.what();
  } catch (const Broken& law_broken) {
    throw broken(law_broken.expected, law_broken.found, law_broken.remedy);
  } catch (const c10::Error& error) {
    throw failed(error.what_without_backtrace());
  } catch (const std::exception& error) {
    throw failed(error.what());
  }
}

// Formulas of t are held to their laws away from their defaults too: a factor that is 1 there may be missing. Each number is
// half as large again and a bit more, where its limits allow that.
std::vector<Subject> at_other_values(const Subject& subject) {
  std::vector<Subject> others;
  if (subject.schema.kind != "noise" && subject.schema.kind != "interpolant") return others;
  for (const ParamSchema& param : subject.schema.params) {
    if (param.type != ParamType::number) continue;
    const nlohmann::json& now =
        subject.params.contains(param.name) ? subject.params.at(param.name) : param.fallback;
    if (!now.is_number()) continue;
    const double value = 1.5 * now.get<double>() + 0.25;
    if (!allows(param, value)) continue;
    others.push_back(subject);
    others.back().params[param.name] = value;
  }
  return others;
}

// With the parameters that it has in its pipeline.
Subject in_its_pipeline(const Subject& subject) {
  try {
    return Bench(subject).subject();
  } catch (const Broken& refused) {
    throw Skipped("it needs 'defaults' to hold");
  }
}

}  // namespace

std::string keeps_the_laws(const Job& job) {
  const std::vector<Law>& laws = laws_of(job.subject.schema.kind);
  if (laws.empty()) throw Skipped(fmt::format("Weir knows no laws of kind {}", job.subject.schema.kind));
  const Subject subject = in_its_pipeline(job.subject);
  std::string skipped;
  for (const Subject& other : at_other_values(subject)) {
    for (const Law& law : laws) {
      job.trying(named(law, other) + " with " + other.params.dump());
      hold(law, other, " (with " + other.params.dump() + ")");
    }
  }
  std::size_t held = 0;
  for (const Law& law : laws) {
    job.trying(named(law, subject));
    if (const std::string why = hold(law, subject, ""); why.empty())
      ++held;
    else
      skipped += fmt::format("; not {}: {}", named(law, subject), why);
  }
  if (held == 0) throw Skipped(skipped.substr(2));
  return fmt::format("{} of {}{}", held, laws.size(), skipped);
}

}  // namespace weir::conformance
