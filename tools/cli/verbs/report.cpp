// tools/cli/verbs/report.cpp -- weir report: a record, or the folder of a sweep, as one HTML page; tools/report/ makes it.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>

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
  bool force = false;
};

[[noreturn]] void make_report(const Arguments& arguments) {
  if (!fs::is_directory(arguments.source)) existing_file(arguments.source);  // says what is near a wrong name
  if (!arguments.reference.empty()) existing_file(arguments.reference);
  std::vector<std::string> words = {shared_file("report/__main__.py").parent_path().string(),
                                    arguments.source};
  const std::string summary = report_summary(arguments.source);
  if (!summary.empty()) words.insert(words.end(), {"--summary", summary});
  if (!arguments.out.empty()) words.insert(words.end(), {"--out", arguments.out});
  if (!arguments.reference.empty()) words.insert(words.end(), {"--reference", arguments.reference});
  if (arguments.force) words.emplace_back("--force");
  become_python(
      words, "the report is",
      "install python3, python3-h5py, python3-matplotlib and python3-jinja2, or name a Python that has "
      "h5py, matplotlib and jinja2 by the environment variable WEIR_PYTHON");
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
  app->footer(
      "Examples:\n  weir report rotation.h5\n  weir report quickstart/ --reference paper.csv -o "
      "quickstart.html");
  return {app, [arguments]() -> int { make_report(*arguments); }};
}

}  // namespace weir::tools
