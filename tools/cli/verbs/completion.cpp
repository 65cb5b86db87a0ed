// tools/cli/verbs/completion.cpp -- weir completion bash: a completion script, made from the parser itself.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <memory>
#include <string_view>
#include <vector>

#include <cli/arguments/verbs.hpp>
#include <cli/new/new_kinds.hpp>

namespace weir::tools {
namespace {

std::string script(const CLI::App& program) {
  std::string verbs, cases;
  for (const CLI::App* verb : program.get_subcommands([](const CLI::App*) { return true; })) {
    verbs += (verbs.empty() ? "" : " ") + verb->get_name();
    std::string options;
    for (const CLI::Option* option : verb->get_options())
      for (const std::string& name : option->get_lnames()) options += (options.empty() ? "--" : " --") + name;
    cases += fmt::format("    {}) options=\"{}\" ;;\n", verb->get_name(), options);
  }
  std::vector<std::string_view> names;
  for (const Base& base : bases) names.push_back(base.name);
  return fmt::format(R"bash(# bash completion for weir:  source <(weir completion bash)
_weir() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} verb=${{COMP_WORDS[1]}} options=
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "{}" -- "$word")); return; fi
  case $verb in
{}  esac
  if [ "$verb" = new ] && [ "$COMP_CWORD" -eq 2 ]; then
    COMPREPLY=($(compgen -W "plugin pipeline" -- "$word"))
  elif [ "$verb" = plugin ] && [ "$COMP_CWORD" -eq 2 ]; then
    COMPREPLY=($(compgen -W "check" -- "$word"))
  elif [ "${{COMP_WORDS[COMP_CWORD-1]}}" = --kind ]; then
    COMPREPLY=($(compgen -W "{}" -- "$word"))
  elif [ "${{COMP_WORDS[COMP_CWORD-1]}}" = --base ]; then
    COMPREPLY=($(compgen -W "{}" -- "$word"))
  elif [ "$verb" = show ] && [[ $word != -* ]]; then
    COMPREPLY=($(compgen -W "$(weir plugins 2>/dev/null | awk '/^[a-z]+\// {{print $1}}')" -- "$word"))
  elif [ "$verb" = explain ] && [[ $word != -* ]]; then
    COMPREPLY=($(compgen -W "$(weir explain 2>/dev/null | awk '{{print $1}}')" -- "$word"))
  elif [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}}
complete -o filenames -F _weir weir
)bash",
                     verbs, cases, fmt::join(kinds, " "), fmt::join(names, " "));
}

}  // namespace

Verb completion_verb(CLI::App& program) {
  CLI::App* app = program.add_subcommand("completion", "Print a completion script for the shell");
  app->add_option("SHELL")->description("bash")->required()->check(CLI::IsMember({"bash"}));
  app->footer("Examples:\n  source <(weir completion bash)");
  return {app, [&program] {
            fmt::print("{}", script(program));
            return 0;
          }};
}

}  // namespace weir::tools
