// tools/cli/verbs/export.cpp -- weir export: arrays and trained parameters of a record, in the files of other programs.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <memory>

#include <weir/record/data/dotted_path.hpp>
#include <weir/text/shell_word.hpp>

#include <cli/arguments/run_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <lab/records/dataset_info.hpp>
#include <lab/records/export.hpp>
#include <lab/records/inputs.hpp>
#include <lab/records/recorded_run.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>
#include <system/python.hpp>
#include <system/share.hpp>

namespace weir::tools {
namespace {

struct Arguments {
  RunArguments run;  // of an archive, for which the field is made again
  std::string what, format, which;
  std::vector<double> range{-1, 1};
  Destination to;
};

// Trained parameters by the model's own names: "net.0.weight" -> its path.
std::vector<std::pair<std::string, std::string>> parameters_of(const RecordedRun& record,
                                                               const std::string& trainer,
                                                               const std::string& which) {
  const auto below = [&](const std::string& group) {
    std::vector<std::pair<std::string, std::string>> named;
    const std::string start = record_path(trainer) + "/" + group + "/";
    for (const nlohmann::json& dataset : record.datasets())
      if (const std::string path = dataset.at("path"); path.starts_with(start))
        named.emplace_back(path.substr(start.size()), path);
    return named;
  };
  const auto averaged = below("ema_params"), last = below("params");
  const auto& found = which == "ema" || (which.empty() && last.empty()) ? averaged : last;
  if (found.empty())
    throw CommandError(invalid,
                       fmt::format("{} holds no {} parameters of '{}'; `weir info {}` lists what it holds",
                                   record.file().string(), which == "ema" ? "averaged" : "trained", trainer,
                                   record.file().string()));
  return found;
}

// A trace's rows, or a tensor.
std::string dataset_path(const RecordedRun& record, const std::string& name) {
  const auto found = datasets_named(record, name);
  if (found.size() == 1) {
    const std::string path = found.front()->at("path");
    const bool steps = found.front()->at("trace") && (name.ends_with(".step") || name.ends_with("/step"));
    return steps ? path.substr(0, path.rfind('/')) + "/step" : path;
  }
  constexpr std::size_t shown = 8;
  std::vector<std::string> names;
  for (const nlohmann::json* dataset : found) {
    std::string each = dotted_path(dataset->at("path"));
    if (dataset->at("trace")) each.resize(each.rfind('.'));
    if (names.size() < shown) names.push_back(each);
  }
  throw CommandError(invalid, fmt::format("{} is {} datasets; name one of them: {}{}", name, found.size(),
                                          fmt::join(names, ", "), found.size() > shown ? ", ..." : ""));
}

int write_export(Arguments arguments) {
  if (arguments.format == "tensorboard") {
    std::vector<std::string> words = {shared_file("report/event_files.py").string(), arguments.what, "-o",
                                      arguments.to.file.string()};
    if (arguments.to.force) words.emplace_back("--force");
    become_python(words, "event files of TensorBoard are",
                  "install python3 and python3-h5py, and tensorboard by pip");
  }
  const auto [file, name] = split_dataset(arguments.what);
  if (name.empty())
    throw CommandError(
        invalid, fmt::format("name what is to be exported, as in {}:flow.end; `weir info {}` lists it", file,
                             path_word(file)));
  Destination& to = arguments.to;
  const RecordedRun record(file);
  const nlohmann::json* const node = record.node(name);
  const bool trainer = node && node->at("plugin").get<std::string>().starts_with("trainer/");
  to.format = format_of(to.file, arguments.format, trainer ? forms_of_models : forms_of_arrays);
  to.low = arguments.range[0];
  to.high = arguments.range[1];
  if (!(to.low < to.high) || !std::isfinite(to.high - to.low))
    throw CommandError(invalid, "--range takes black below white, as in --range -1 1");
  refuse_inputs({to.file}, {record.file()});
  if (to.format == Format::pt) {
    require_free(to);
    for (const auto& [own, path] : parameters_of(record, name, arguments.which)) record.require_written(path);
    arguments.run.progress = "none";
    if (const int exit = export_torchscript(arguments.run, record, name,
                                            arguments.which.empty() ? "field" : arguments.which, to.file);
        exit != fine)
      return exit;
  } else if (to.format == Format::safetensors) {
    const auto parameters = parameters_of(record, name, arguments.which);
    for (const auto& [own, path] : parameters) record.require_written(path);
    export_tensors(record.reader(), parameters, to);
  } else {
    const std::string path = dataset_path(record, name);
    record.require_written(path);
    if (const std::string left_out = export_array(record.reader(), path, to); !left_out.empty())
      say("{}\n", left_out);
  }
  give("{}\n", to.file.string());
  return fine;
}

}  // namespace

Verb export_verb(CLI::App& program) {
  CLI::App* app =
      program.add_subcommand("export", "Write arrays, images or trained parameters for other programs");
  auto arguments = std::make_shared<Arguments>();
  app->add_option("WHAT", arguments->what,
                  "A dataset of a record, out.h5:flow.end, or a trainer, out.h5:train; a record or a sweep "
                  "for tensorboard")
      ->required();
  app->add_option("-o,--out", arguments->to.file,
                  "OUT.npy, .csv, .png (a grid of the first 64), a folder/ of PNGs of all; of a trainer "
                  ".safetensors, or .pt for "
                  "torch.jit.load")
      ->type_name("OUT")
      ->required();
  app->add_option("--to", arguments->format,
                  "The format, where the file's ending does not say it: tensorboard, images")
      ->type_name("FORMAT");
  app->add_option("--range", arguments->range, "Of images: the values of black and white (default -1 1)")
      ->type_name("LOW HIGH")
      ->expected(2);
  app->add_option("--which", arguments->which, "Of a trainer: field | ema (default: the last parameters)")
      ->type_name("W")
      ->check(CLI::IsMember({"field", "ema"}));
  app->add_flag("--force", arguments->to.force, "Replace the file, if it is there");
  arguments->run.pipeline.plugins.add_to(*app);
  app->footer(R"(Examples:
  weir export moons.h5:flow.end -o ends.npy
  weir export moons.h5:train.loss -o loss.csv
  weir export digits.h5:sample.end -o digits.png
  weir export digits.h5:train -o net.safetensors      safetensors.torch.load_file gives a state_dict
  weir export digits.h5:train -o model.pt             torch.jit.load gives v = model(x, t), or model(x, t, label)
  weir export quickstart/ --to tensorboard -o logs/   every trace, a folder a run; by Python's tensorboard)");
  return {app, [arguments] { return write_export(*arguments); }};
}

}  // namespace weir::tools
