// tools/cli/verbs/repair.cpp -- weir repair: makes the record of a run that died readable again.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include <weir/record/recorder.hpp>
#include <weir/text/utf8.hpp>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <system/existing_file.hpp>

namespace weir::tools {

Verb repair_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("repair", "Make the record of a run that was killed readable again");
  auto files = std::make_shared<std::vector<std::string>>();
  app->add_option("FILE", *files, "Records, HDF5 files")->required();
  app->footer(R"(Examples:
  weir repair rotation.h5

No committed row is lost. `weir run` onto such a record repairs it by itself and goes on. Do not use h5clear, which
HDF5's own message recommends: it truncates such files.)");
  return {app, [files] {
            for (const std::string& file : *files) {
              const std::vector<std::string> done = repair_record(existing_file(file));
              if (done.empty()) fmt::print("{}: nothing to repair\n", file);
              for (const std::string& sentence : done) fmt::print("{}: {}\n", file, utf8::visible(sentence));
            }
            return 0;
          }};
}

}  // namespace weir::tools
