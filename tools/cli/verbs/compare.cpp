// tools/cli/verbs/compare.cpp -- weir compare: two records or two sweeps, side by side.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include <weir/text/utf8.hpp>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <lab/compare/side_by_side.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>

namespace weir::tools {
namespace {

struct Arguments {
  std::string a, b, format = "text";
};

Standing standing_at(const std::string& name) {
  return standing(std::filesystem::is_directory(name) ? std::filesystem::path(name) : existing_file(name));
}

}  // namespace

Verb compare_verb(CLI::App& program) {
  CLI::App* app =
      program.add_subcommand("compare", "Compare two records or two sweeps: parameters and numbers");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("A", arguments->a, "A finished record (HDF5 file), or the folder of a sweep")->required();
  app->add_option("B", arguments->b, "Another")->required();
  add_format(*app, arguments->format, {"text", "json"});
  app->footer(R"(Examples:
  weir compare before.h5 after.h5
  weir compare wide/ narrow/ --format json

Cases of two sweeps are compared where both have them, their runs paired by their seeds.)");
  return {app, [arguments] {
            const Standing a = standing_at(arguments->a), b = standing_at(arguments->b);
            const SideBySide both = side_by_side(a, b);
            give("{}",
                 arguments->format == "json"
                     ? to_json(both).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"
                     : utf8::visible(text(both, a, b)));
            return fine;
          }};
}

}  // namespace weir::tools
