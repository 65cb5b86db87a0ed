// tools/cli/verbs/sample.cpp -- weir sample: new samples from a trained field of a record, by a pipeline that stays.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>

#include <weir/os/replace_file.hpp>

#include <cli/arguments/number_checks.hpp>
#include <cli/arguments/recorded_pipeline.hpp>
#include <cli/arguments/run_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <lab/records/dataset_info.hpp>
#include <lab/records/export.hpp>
#include <lab/records/inputs.hpp>
#include <lab/sampling/sampling.hpp>
#include <lab/sampling/trained_field.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

constexpr auto head = "# Written by `weir sample`: edit it and run it as any other.\n";

struct Arguments {
  RunArguments run;
  Sampling sampling;
  std::string record;
};

// What a sampling that does not finish takes away again: nobody has named it, and it was not there before.
class Newly {
 public:
  void made(const fs::path& file) {
    if (!fs::exists(file)) files_.push_back(file);
  }
  void keep() { files_.clear(); }
  Newly() = default;
  Newly(const Newly&) = delete;
  Newly& operator=(const Newly&) = delete;
  ~Newly() {
    std::error_code ignored;
    for (const fs::path& file : files_) fs::remove_all(file, ignored);
  }

 private:
  std::vector<fs::path> files_;
};

// Of samples in a file of another kind the record and the pipeline have its whole name, samples.npy.h5: samples.h5 may be of others.
fs::path beside(fs::path out, Format format, const char* ending) {
  if (format == Format::h5) return out.replace_extension(ending);
  return out += ending;
}

// Whatever the lines that it is broken into.
bool says(const std::string& sentence, const std::string& words) {
  std::istringstream in(sentence);
  std::string joined;
  for (std::string word; in >> word;) joined += word + " ";
  return joined.find(words) != std::string::npos;
}

// Whether it is of a file that a node of the graph reads, but for the record that is sampled.
bool is_of_data(const std::string& sentence, const Graph& graph, const fs::path& record) {
  return std::ranges::any_of(inputs_of(graph), [&](const fs::path& file) {
    return file != fs::absolute(record) && file.extension() != ".so" && says(sentence, file.string());
  });
}

// Beside the results; what is there already and is not as `weir sample` wrote it is the user's.
void write_pipeline(const fs::path& file, const std::string& text, bool force) {
  std::ifstream in(file);
  const std::string there{std::istreambuf_iterator<char>(in), {}};
  if (there == text) return;
  if (fs::exists(file) && !force)
    throw CommandError(
        io_failed,
        fmt::format(
            "{} is there and says something else; replace it with --force, or name another file with -o",
            file.string()));
  if (fs::exists(file) && !there.starts_with(head))
    throw CommandError(io_failed, fmt::format("{} was not written by weir sample; name another file with -o",
                                              file.string()));
  os::replace_file(file, text);
}

int sample(Arguments arguments) {
  exit_interrupted_by_signals();
  auto [file, trainer] = split_dataset(arguments.record);
  arguments.sampling.trainer = trainer;
  const RecordedRun record(file);
  RunArguments& run = arguments.run;
  const fs::path out = run.out.empty() ? record.file().stem().string() + ".sample.h5" : run.out;
  constexpr auto taken = "a file that ends with .h5, .npy, .csv or .png, or a folder/ of images";
  const Format format = format_of(out, "", taken);
  if (is_of_model(format))
    throw CommandError(invalid, fmt::format("samples are no parameters: name {}", taken));
  const fs::path named = out.has_filename() ? out : out.parent_path();  // of a folder/
  if (named.filename() == "." || named.filename() == "..")
    throw CommandError(invalid, "name the folder: -o samples/");
  const fs::path results = beside(named, format, ".h5"), pipeline = beside(named, format, ".yaml");
  if (format != Format::h5 && fs::exists(out) && !fs::exists(results) && !run.force)
    throw CommandError(
        io_failed,
        fmt::format(
            "{} is there, and is not of weir sample; replace it with --force, or name another file with -o",
            out.string()));
  run.out = results.string();
  run.inputs = {record.file()};
  refuse_inputs(written_with(results), run.inputs);

  const TemporaryFolder folder;
  PipelineArguments recorded = run.pipeline;
  const Graph trained = read_recorded(record, folder, recorded);
  const Registry registry = run.pipeline.plugins.registry(recorded.file);
  const std::string text =
      head + resolved_yaml(sampling_graph(trained, record, registry, arguments.sampling));
  PipelineArguments tried = run.pipeline;
  tried.file = folder.write(pipeline.filename().string(), text).string();
  tried.read(registry);  // what is refused leaves no file
  Newly newly;
  for (const fs::path& each : written_with(results)) newly.made(each);
  newly.made(pipeline);
  write_pipeline(pipeline, text, run.force);
  run.pipeline.file = pipeline.string();
  run.inputs.push_back(pipeline);
  const Graph graph = run.pipeline.read(registry).graph();
  std::string why;
  const int exit = run_single(run, graph, &why);
  if (exit == invalid && samples_of(graph) == samples_unscaled && is_of_data(why, graph, record.file()))
    say("the data are read again to take the samples back into their units; --scaled leaves them in those of "
        "the training\n");
  if (exit == invalid && says(why, "replacement: true"))  // what the source says that has fewer
    say("several samples start from one item with --replacement\n");
  if (exit == fine || exit == interrupted) newly.keep();
  if (exit != fine || format == Format::h5) return exit;
  const Reader reader(results);
  // What is there was looked at before.
  Destination to{out, format, true};
  to.columns = columns_of(trained, record, arguments.sampling.trainer);
  const std::string left_out = export_array(reader, samples_of(graph), to);
  if (!left_out.empty()) say("{}\n", left_out);
  if (!run.quiet()) give("samples {}\n", out.string());
  return fine;
}

}  // namespace

Verb sample_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("sample", "Draw new samples from a trained model of a record");
  auto arguments = std::make_shared<Arguments>();
  Sampling& sampling = arguments->sampling;
  app->add_option("RECORD", arguments->record, "A record (HDF5 file), or a trainer in it: out.h5:train")
      ->required();
  app->add_option("-n,--count", sampling.count, "How many (default 1000)")->type_name("N")->check(Whole{1});
  app->add_option("--label", sampling.label,
                  "The class of all of them: its number, or its name where the record has it")
      ->type_name("C");
  app->add_option("--classes", sampling.classes, "How many classes there are, if the record does not say")
      ->type_name("K")
      ->check(Whole{1});
  app->add_option("--guidance", sampling.guidance, "v_without + G (v_with - v_without)")->type_name("G");
  app->add_option("--integrator", sampling.integrator, "Its plugin (default dopri5; euler with --steps)")
      ->type_name("NAME");
  app->add_option("--steps", sampling.steps, "Steps of an integrator that takes their number")
      ->type_name("N")
      ->check(Whole{1});
  app->add_option("--which", sampling.which,
                  "field | ema | best: parameters (default: as the record's own flow)")
      ->type_name("W")
      ->check(CLI::IsMember({"field", "ema", "best"}));
  app->add_option("--source", sampling.source, "Node of the record that starting points are drawn from")
      ->type_name("NODE");
  app->add_flag("--replacement", sampling.replacement,
                "Start several samples from one item, where the source is a finite set of fewer");
  app->add_flag(
      "--scaled", sampling.scaled,
      "Leave the samples of a model of scaled data (source/scaled) in the units that it was trained in");
  app->add_option("--seed", sampling.seed, "Of the starting points (default 1)")->type_name("S");
  app->add_option("-o,--out", arguments->run.out,
                  "OUT.h5, .npy, .csv, .png (a grid of the first 64), or a folder png/ of all (default "
                  "./<record>.sample.h5)")
      ->type_name("OUT");
  arguments->run.add_progress_to(*app);
  app->add_flag("--force", arguments->run.force, "Replace samples of another kind that have this name");
  arguments->run.pipeline.add_options_to(*app);
  app->footer(R"(Examples:
  weir sample moons.h5 -n 10000
  weir sample digits.h5 --label 3 --guidance 3 --steps 50 -n 64 -o threes.png
  weir sample rounds.h5:reflow.2.train --integrator euler --steps 1 -o ends.npy

The pipeline that does it stays beside the samples, OUT.yaml, or of ends.npy ends.npy.yaml and its record ends.npy.h5.)");
  return {app, [arguments] { return sample(*arguments); }};
}

}  // namespace weir::tools
