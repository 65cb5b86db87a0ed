// tools/check/main.cpp -- weir-check: the conformance kit, which `weir plugin check` becomes.
//
// A program of its own, since it is built the other way round from weir-run: it holds no plugin itself, and forks for each
// check. It also carries the laws of every kind, which a run does not need.
#include <CLI/CLI.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <iostream>
#include <system_error>

#include <weir/front/faults/fault.hpp>

#include <system/output.hpp>

#include "checks/checks.hpp"
#include "library.hpp"
#include "report.hpp"

namespace {

using namespace weir::conformance;

void list_checks() {
  fmt::print("{:<10} {}\n", loads, "the library opens, with all symbols bound and none of its own shared");
  for (const Check& check : checks()) fmt::print("{:<10} {}\n", check.name, check.says);
}

int check(const Arguments& arguments) {
  Table table;
  const auto rows = check_libraries(arguments, [&](const Row& row) {
    if (!arguments.json) table.show(row);
  });
  if (arguments.json)
    fmt::print("{}\n", to_json(rows).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  else
    fmt::print("{}\n", summary(rows));
  const bool failed =
      std::ranges::any_of(rows, [](const Row& row) { return row.verdict.status == Verdict::Status::failed; });
  return failed ? 3 : 0;
}

int perform(int argc, char** argv) {
  CLI::App app{"weir-check: what `weir plugin check` starts"};
  Arguments arguments;
  bool list = false;
  app.add_option("library", arguments.libraries);
  app.add_option("--only", arguments.only);
  app.add_option("--plugin", arguments.plugin);
  app.add_option("--with", arguments.with);
  app.add_option("--seed", arguments.seed);
  app.add_option("--timeout", arguments.timeout);
  app.add_option("--plugin-path", arguments.folders)->allow_extra_args(false);
  app.add_flag("--in-process", arguments.in_process);
  app.add_flag("--json", arguments.json);
  app.add_flag("--list", list);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (list) {
    list_checks();
    return 0;
  }
  try {
    return check(arguments);
  } catch (const weir::InvalidPipeline& invalid) {
    std::cerr << weir::text(invalid.faults());
    return 2;
  } catch (const std::invalid_argument& error) {
    std::cerr << "weir: " << error.what() << "\n";
    return 2;
  } catch (const std::system_error& error) {
    if (weir::tools::is_lost_output(error)) return 0;
    std::cerr << "weir: " << error.what() << "\n";
    return 3;
  } catch (const std::exception& error) {
    std::cerr << "weir: " << error.what() << "\n";
    return 3;
  }
}

}  // namespace

int main(int argc, char** argv) {
  weir::tools::keep_standard_streams();
  return weir::tools::after_output(perform(argc, argv));
}
