// tools/cli/arguments/verbs.hpp -- the verbs of the program, one small file each.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace weir::tools {

// A verb's own parser, and what it does: returns an exit code, throws CommandError, InvalidPipeline,
// RecordError or os::FileError.
struct Verb {
  CLI::App* app;
  std::function<int()> act;
};

Verb run_verb(CLI::App& program);
Verb validate_verb(CLI::App& program);
Verb plan_verb(CLI::App& program);
Verb graph_verb(CLI::App& program);
Verb plugins_verb(CLI::App& program);
Verb plugin_verb(CLI::App& program);
Verb show_verb(CLI::App& program);
Verb schema_verb(CLI::App& program);
Verb explain_verb(CLI::App& program);
Verb new_verb(CLI::App& program);
Verb info_verb(CLI::App& program);
Verb sample_verb(CLI::App& program);
Verb export_verb(CLI::App& program);
Verb compare_verb(CLI::App& program);
Verb judge_verb(CLI::App& program);
Verb replay_verb(CLI::App& program);
Verb rerun_verb(CLI::App& program);
Verb report_verb(CLI::App& program);
Verb repair_verb(CLI::App& program);
Verb verify_verb(CLI::App& program);
Verb doctor_verb(CLI::App& program);
Verb completion_verb(CLI::App& program);

}  // namespace weir::tools
