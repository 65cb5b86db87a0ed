// tools/cli/main.cpp -- weir: reads and checks pipelines, has them run, and shows what came of it.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>

#include <cstdio>
#include <filesystem>
#include <system_error>
#include <vector>

#include <weir/front/faults/fault.hpp>
#include <weir/os/replace_file.hpp>
#include <weir/record/recorder.hpp>
#include <weir/text/shell_word.hpp>
#include <weir/text/utf8.hpp>

#include <cli/arguments/pipeline_arguments.hpp>
#include <cli/arguments/verbs.hpp>
#include <system/existing_file.hpp>
#include <system/exit.hpp>
#include <system/output.hpp>

namespace weir::tools {
namespace {

constexpr const char* examples = R"(Examples:
  weir run pipelines/quickstart.yaml                 run a pipeline; results in ./quickstart/ or ./quickstart.h5
  weir run rotation.yaml --set train.steps=100       with one parameter changed
  weir plan rotation.yaml                            what would be computed, and what is shared
  weir show field/mlp                                a plugin's parameters, ports and outputs
  weir explain W203                                  what a fault of that code means, with an example
  weir new plugin sine --kind noise                  a plugin of your own: a project that builds and runs
  weir plugin check build/libweir_noise_sine.so      what Weir expects of it, checked
  weir info rotation.h5                              what a record holds
  weir judge quickstart/                             its numbers judged anew, and nothing run
  weir rerun rotation.h5                             the recorded run again, and what differs
  weir report quickstart/                            a record or a sweep as one HTML page
  weir doctor                                        whether what Weir needs is there and fits together

Exit codes: 0 fine, 1 an expectation not met, 2 invalid pipeline or command line, 3 a plugin or device failed, or a
run was killed, 4 input/output, 75 interrupted (the same command goes on).)";

int complain(int code, const std::string& text) {
  constexpr std::size_t most = 1 << 16;
  say("weir: {}\n", utf8::visible(text, most));  // it may hold names and words of strangers
  return code;
}

// A first word that is no verb: the nearest one, or the verb that was probably left out.
int unknown_verb(const std::string& word, const std::vector<Verb>& verbs) {
  std::vector<std::string> names;
  std::string listed;
  for (const Verb& verb : verbs) {
    names.push_back(verb.app->get_name());
    listed += (listed.empty() ? "" : ", ") + verb.app->get_name();
  }
  std::error_code ignored;
  if (std::filesystem::is_regular_file(word, ignored))
    return complain(invalid,
                    fmt::format("'{}' is a file; did you mean `weir run {}`?", word, path_word(word)));
  return complain(invalid, fmt::format("unknown verb '{}'{}\nverbs: {}        more: weir --help", word,
                                       suggestion(word, names), listed));
}

// An option or argument that a verb does not take: the nearest option that it does take.
std::string unexpected(const CLI::App& verb) {
  const std::vector<std::string> rest = verb.remaining(true);
  if (rest.empty()) return "";
  const std::string word = rest[0].substr(0, rest[0].find('='));
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return fmt::format("unexpected argument '{}'{}", rest[0],
                     word.starts_with("-") ? suggestion(word, names) : "");
}

int perform(const std::vector<Verb>& verbs) {
  try {
    for (const Verb& verb : verbs)
      if (verb.app->parsed()) return verb.act();
    return fine;
  } catch (const InvalidPipeline& error) {
    say("{}", text(error.faults()));
    return invalid;
  } catch (const CommandError& error) {
    return complain(error.code(), error.what());
  } catch (const RecordError& error) {
    return complain(io_failed, error.what());
  } catch (const os::FileError& error) {
    return complain(io_failed, error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    return complain(io_failed, error.what());
  } catch (const std::system_error& error) {
    return is_lost_output(error) ? fine : complain(plugin_failed, error.what());
  } catch (const std::exception& error) {
    return complain(plugin_failed, error.what());
  }
}

int main(int count, char** words) {
  CLI::App program{"weir -- a laboratory for flow-based generative models", "weir"};
  program.footer(examples);
  program.set_version_flag("--version", "weir " WEIR_VERSION);
  program.require_subcommand(0, 1);
  program.get_formatter()->column_width(34);
  const std::vector<Verb> verbs = {
      run_verb(program),     validate_verb(program),  plan_verb(program),   graph_verb(program),
      plugins_verb(program), show_verb(program),      schema_verb(program), explain_verb(program),
      new_verb(program),     plugin_verb(program),    info_verb(program),   sample_verb(program),
      export_verb(program),  compare_verb(program),   judge_verb(program),  replay_verb(program),
      rerun_verb(program),   report_verb(program),    repair_verb(program), verify_verb(program),
      doctor_verb(program),  completion_verb(program)};
  if (count < 2) {
    fmt::print("{}", program.help());
    return invalid;
  }
  const std::string first = words[1];
  if (first == "help") {
    fmt::print("{}", program.help());
    return fine;
  }
  if (!first.starts_with("-") &&
      std::ranges::none_of(verbs, [&](const Verb& verb) { return verb.app->get_name() == first; }))
    return unknown_verb(first, verbs);
  try {
    program.parse(count, words);
  } catch (const CLI::CallForVersion& version) {
    give("{}\n", version.what());
    return fine;
  } catch (const CLI::Success& asked) {  // --help
    return program.exit(asked);
  } catch (const CLI::ParseError& error) {
    std::string verb, message = error.what();
    for (const CLI::App* parsed : program.get_subcommands()) {
      verb = " " + parsed->get_name();
      if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) message = unexpected(*parsed);
    }
    return complain(invalid, fmt::format("{}\nmore: weir{} --help", message, verb));
  }
  return perform(verbs);
}

}  // namespace
}  // namespace weir::tools

int main(int count, char** words) {
  weir::tools::keep_standard_streams();
  return weir::tools::after_output(weir::tools::main(count, words));
}
