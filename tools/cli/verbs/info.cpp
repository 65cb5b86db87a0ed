// tools/cli/verbs/info.cpp -- weir info: what a record, or the folder of a sweep, holds.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>

#include <weir/front/plugins/data_files.hpp>
#include <weir/record/info.hpp>
#include <weir/text/utf8.hpp>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <lab/records/dataset_info.hpp>
#include <lab/records/sweep_info.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>

namespace weir::tools {
namespace {

struct Arguments {
  std::string file;
  std::string format = "text";
};

int show_info(const Arguments& arguments) {
  const bool json = arguments.format == "json";
  if (const auto [record, dataset] = split_dataset(arguments.file); !dataset.empty())
    return dataset_info(record, dataset, json);
  if (std::filesystem::is_directory(arguments.file)) return sweep_info(arguments.file, json);
  const std::filesystem::path file = existing_file(arguments.file);
  if (json)
    fmt::print("{}\n", info_json(file).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  else
    fmt::print("{}", utf8::visible(info(file, draws_blocks())));  // names in it are whoever's
  return fine;
}

// Data of another kind are told by what reads them.
int show_file(const Arguments& arguments) try {
  return show_info(arguments);
} catch (const RecordError& error) {
  const std::string file = split_dataset(arguments.file).first, reading = data_files::reading(file);
  if (reading.empty() || data_files::source_of(file) == "source/tensor") throw;
  throw RecordError(fmt::format("{}\n{}", error.what(), reading));
}

}  // namespace

Verb info_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("info", "Show what a record holds");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("FILE", arguments->file,
                  "A record (HDF5 file), a dataset or node of it, or the folder of a sweep")
      ->required();
  add_format(*app, arguments->format, {"text", "json"});
  app->footer(
      "Examples:\n  weir info rotation.h5\n  weir info rotation.h5:/nodes/flow/end\n  weir info "
      "quickstart/\n  weir info rotation.h5 --format json");
  return {app, [arguments] { return show_file(*arguments); }};
}

}  // namespace weir::tools
