// tools/cli/verbs/verify.cpp -- weir verify: whether records are as they were written.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

#include <weir/front/plugins/digest.hpp>
#include <weir/record/recorder.hpp>
#include <weir/record/salvage.hpp>
#include <weir/record/verify.hpp>
#include <weir/text/utf8.hpp>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <lab/records/recorded_run.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>

namespace weir::tools {
namespace {
namespace fs = std::filesystem;

struct Arguments {
  std::vector<std::string> files;
  std::string salvage;
};

// The records of a folder, of a sweep's runs too.
std::vector<fs::path> records_in(const fs::path& folder) {
  std::vector<fs::path> records;
  for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator();
       ++entry) {
    const std::string name = entry->path().filename().string();
    if (entry->is_directory() && (name == "shared" || name.ends_with(".checkpoint")))
      entry.disable_recursion_pending();
    else if (entry->is_regular_file() && name.ends_with(".h5") && !name.starts_with(".") &&
             name != "index.h5")
      records.push_back(entry->path());
  }
  std::ranges::sort(records);
  if (records.empty())
    throw CommandError(invalid, fmt::format("{} is a folder without records", folder.string()));
  return records;
}

// What a run was made with and is another file by now. No damage of the record: a plugin may have been built anew.
void say_changed(const fs::path& record) {
  const RecordedRun run(record);
  const auto say = [](const std::string& file, const std::string& sha256, const std::string& what) {
    if (file.empty() || sha256.empty()) return;
    if (!fs::exists(file))
      give("  {} is not here any more: {}\n", utf8::visible(what), utf8::visible(file));
    else if (file_sha256(file) != sha256)
      give("  {} has changed since: {}\n", utf8::visible(what), utf8::visible(file));
  };
  for (const RecordedRun::Plugin& plugin : run.plugins())
    say(plugin.file, plugin.sha256, "the plugin " + plugin.name);
  if (const auto files = run.pipeline().find("files"); files != run.pipeline().end())
    for (const auto& [file, sha256] : files->items()) say(file, sha256.get<std::string>(), "an input file");
}

// Whether the record is whole; says so.
bool verify(const fs::path& file) try {
  const Verified verified = verify_record(file);
  if (verified.damage.empty()) {
    give("{}: whole: {} datasets, {} committed rows\n", file.string(), verified.datasets, verified.rows);
    say_changed(file);
    return true;
  }
  give("{}: damaged\n", file.string());
  for (const Damage& damage : verified.damage)
    give("  {}: {}\n", utf8::visible(damage.path), utf8::visible(damage.what));
  return false;
} catch (const std::exception& error) {  // of one record: the others are looked at
  give("{}\n", utf8::visible(error.what()));
  return false;
}

void salvage(const fs::path& record, const fs::path& into) {
  for (const std::string& sentence : salvage_record(record, into)) give("  {}\n", utf8::visible(sentence));
  give("{}: written, with everything of {} that is whole\n", into.string(), record.string());
}

int verify_all(const Arguments& arguments) {
  std::vector<fs::path> records;
  for (const std::string& file : arguments.files) {
    const auto found = fs::is_directory(file) ? records_in(file) : std::vector<fs::path>{existing_file(file)};
    records.insert(records.end(), found.begin(), found.end());
  }
  if (!arguments.salvage.empty() && records.size() != 1)
    throw CommandError(invalid, fmt::format("--salvage takes one record; {} are named", records.size()));
  std::size_t damaged = 0;
  for (const fs::path& record : records) damaged += verify(record) ? 0 : 1;
  if (!arguments.salvage.empty()) salvage(records.front(), arguments.salvage);
  if (damaged == 0) return fine;
  throw CommandError(
      io_failed,
      fmt::format(
          "{} of {} record{} not whole; weir verify OUT.h5 --salvage NEW.h5 keeps what is whole of one",
          damaged, records.size(), records.size() == 1 ? " is" : "s are"));
}

}  // namespace

Verb verify_verb(CLI::App& program) {
  CLI::App* app =
      program.add_subcommand("verify", "Check every checksum of records, and that nothing is missing");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("FILE", arguments->files, "Records (HDF5 files), or folders of them, as a sweep's")
      ->required();
  app->add_option("--salvage", arguments->salvage, "Write what is whole of one record to this new file")
      ->type_name("NEW.h5");
  app->footer(R"(Examples:
  weir verify rotation.h5
  weir verify quickstart/
  weir verify rotation.h5 --salvage whole.h5

Nothing is changed. 0 if every record is whole, 4 if not: the damaged datasets are named. Plugins and input files that have
changed since are named too; they are no damage of the record.)");
  return {app, [arguments] { return verify_all(*arguments); }};
}

}  // namespace weir::tools
