// tools/cli/verbs/report.cpp -- weir report: a record, or the folder of a sweep, as one HTML page; tools/report/ makes it.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <optional>

#include <cli/arguments/number_checks.hpp>
#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <lab/judge/report_summary.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <system/python.hpp>
#include <system/share.hpp>

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

struct Arguments {
  std::string source, out, reference;
  bool force = false, watch = false;
  std::optional<int> port;
  std::optional<double> every;
};

constexpr auto needed =
    "install python3, python3-h5py, python3-matplotlib and python3-jinja2, or name a Python that has "
    "h5py, matplotlib and jinja2 by the environment variable WEIR_PYTHON";

std::vector<std::string> words_of(const Arguments& arguments) {
  if (!arguments.reference.empty()) existing_file(arguments.reference);
  std::vector<std::string> words = {shared_file("report/__main__.py").parent_path().string(),
                                    arguments.source};
  if (!arguments.out.empty()) words.insert(words.end(), {"--out", arguments.out});
  if (!arguments.reference.empty()) words.insert(words.end(), {"--reference", arguments.reference});
  if (arguments.force) words.emplace_back("--force");
  return words;
}

[[noreturn]] void make_report(const Arguments& arguments) {
  if (arguments.port || arguments.every)
    throw CommandError(
        invalid, "--port and --every are of a page that follows a run: give --watch, or leave them out");
  if (!fs::is_directory(arguments.source)) existing_file(arguments.source);  // says what is near a wrong name
  std::vector<std::string> words = words_of(arguments);
  const std::string summary = report_summary(arguments.source);
  if (!summary.empty()) words.insert(words.end(), {"--summary", summary});
  become_python(words, "the report is", needed);
}

// The record or folder may come later; each page is made by this program once more.
[[noreturn]] void watch(const Arguments& arguments) {
  std::vector<std::string> words = words_of(arguments);
  words.insert(words.end(), {"--watch", "--weir", fs::read_symlink("/proc/self/exe").string()});
  if (arguments.port) words.insert(words.end(), {"--port", fmt::format("{}", *arguments.port)});
  if (arguments.every) words.insert(words.end(), {"--every", fmt::format("{}", *arguments.every)});
  become_python(words, "the report is", needed);
}

}  // namespace

Verb report_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("report", "Make a record or a sweep one HTML page");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("RECORD", arguments->source,
                  "A record (HDF5 file), or the folder of a sweep or its index.h5")
      ->required();
  app->add_option("-o,--out", arguments->out, "The page; default: NAME.html beside the record or folder")
      ->type_name("OUT.html");
  app->add_option("--reference", arguments->reference,
                  "Numbers to compare with, such as a paper's table: columns for axes of the sweep, then "
                  "quantity, value and, if known, se and source")
      ->type_name("FILE.csv");
  app->add_flag("--force", arguments->force, "Write over a page that exists");
  app->add_flag(
      "--watch", arguments->watch,
      "Follow a run or a sweep: the page is made anew while it grows, and served on this machine or "
      "written to -o, until it ends");
  app->add_option("--port", arguments->port, "With --watch: serve on this port (default: any that is free)")
      ->check(Whole{0, 65535})
      ->type_name("PORT");
  app->add_option("--every", arguments->every, "With --watch: seconds between two pages (default 3)")
      ->check(Real{.least = 0.1, .most = 86400})
      ->type_name("SECONDS");
  app->footer(
      "Examples:\n  weir report rotation.h5\n  weir report quickstart/ --reference paper.csv -o "
      "quickstart.html\n  weir report quickstart/ --watch");
  return {app, [arguments]() -> int {
            if (arguments->watch) watch(*arguments);
            make_report(*arguments);
          }};
}

}  // namespace weir::tools
