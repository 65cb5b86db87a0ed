// tests/cli/new.test.cpp -- weir new: what it writes and says, and what it refuses. tests/sdk/new.test.sh builds and runs it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <weir/text/shell_word.hpp>

#include "program.hpp"
#include "scratch_folder.hpp"

#include "cli/new/new_kinds.hpp"
#include "cli/new/new_name.hpp"

using Catch::Contains;
namespace fs = std::filesystem;

namespace {

const std::string kinds =
    "kinds: source, coupling, interpolant, noise, time, objective, field, network, optimiser, schedule, "
    "trainer, probe, integrator, metric\n";

// Refused with this text and exit 2, and nothing is left behind.
void refuses(const std::string& words, const std::string& text) {
  INFO(words);
  const ScratchFolder scratch;
  const Answer answer = weir_program(scratch.path(), "new " + words);
  CHECK(answer.exit == 2);
  CHECK(answer.out.empty());
  CHECK(answer.err == text);
  CHECK(fs::is_empty(scratch.path()));
}

}  // namespace

TEST_CASE("A new plugin is a project of its own, and its commands are printed") {
  const ScratchFolder scratch;
  const Answer answer = weir_program(scratch.path(), "new plugin sine --kind noise");
  CHECK(answer.exit == 0);
  CHECK(answer.err.empty());
  const std::string configure = "cmake -S . -B build -DCMAKE_PREFIX_PATH=" WEIR_BUILD_DIR "\n";
  CHECK(answer.out ==
        "made    sine: noise/sine.cpp, sine.yaml, CMakeLists.txt, README.md\n"
        "next    cd sine\n"
        "        " +
            configure +
            "        cmake --build build\n"
            "        ctest --test-dir build --output-on-failure\n"
            "        weir run sine.yaml --plugin-path build\n");
  CHECK_THAT(scratch.read("sine/noise/sine.cpp"), Contains("// noise/sine.cpp -- ") &&
                                                      Contains("class Sine final : public weir::Noise") &&
                                                      Contains("WEIR_PLUGIN(Sine, "));
  CHECK_THAT(scratch.read("sine/sine.yaml"), Contains("name: sine\n") && Contains("plugin: noise/sine,"));
  CHECK_THAT(scratch.read("sine/CMakeLists.txt"), Contains("project(sine ") &&
                                                      Contains("find_package(weir 0.") &&
                                                      Contains("weir_add_plugin(noise/sine.cpp "));
  CHECK_THAT(scratch.read("sine/README.md"),
             Contains("    " + configure +
                      "    cmake --build build\n    ctest --test-dir build --output-on-failure\n    weir run "
                      "sine.yaml --plugin-path build\n"));
}

TEST_CASE("Every kind has its templates, in which no placeholder is left") {
  const ScratchFolder scratch;
  for (const std::string kind : weir::tools::kinds) {
    INFO(kind);
    const std::string folder = "made/" + kind + "/";
    CHECK(weir_program(scratch.path(), "new plugin a1_ --kind " + kind + " -o " + folder).exit == 0);
    for (const std::string& file : {kind + "/a1_.cpp", std::string("a1_.yaml"), std::string("CMakeLists.txt"),
                                    std::string("README.md")}) {
      const std::string text = scratch.read(folder + file);
      CHECK_THAT(text, Contains("a1_") && !Contains("@"));
    }
    const std::string source = scratch.read(folder + kind + "/a1_.cpp");
    CHECK_THAT(source, Contains("// Source   ") && Contains("// Oracle   ") && Contains("// Shapes   ") &&
                           Contains("// Limits   ") && Contains("weir::Param<"));
    CHECK_THAT(scratch.read(folder + "a1_.yaml"), Contains("plugin: " + kind + "/a1_"));
    const std::string readme = scratch.read(folder + "README.md");
    CHECK(std::ranges::count(readme, '\n') == 12);
  }
}

TEST_CASE("Every base has its templates, and the first is the kind's own") {
  const ScratchFolder scratch;
  const auto made = [&](const std::string& words, const std::string& folder, const std::string& kind) {
    INFO(words);
    CHECK(weir_program(scratch.path(), "new plugin a1_ --kind " + kind + words + " -o " + folder).exit == 0);
    const std::string source = scratch.read(folder + "/" + kind + "/a1_.cpp");
    const std::string pipeline = scratch.read(folder + "/a1_.yaml");
    CHECK_THAT(source, Contains("// " + kind + "/a1_.cpp -- ") && Contains("// Source   ") &&
                           Contains("// Oracle   ") && Contains("// Shapes   ") && Contains("// Limits   ") &&
                           !Contains("@"));
    CHECK_THAT(pipeline, Contains("plugin: " + kind + "/a1_") && Contains("name: a1_\n") && !Contains("@"));
    return source + pipeline;
  };
  std::set<std::string> kinds_met;
  for (const weir::tools::Base& base : weir::tools::bases) {
    const std::string kind(base.kind), name(base.name);
    const std::string of_base = made(" --base " + name, kind + "_" + name, kind);
    const std::string of_kind = made("", kind + "_" + name + "_unnamed", kind);
    CHECK((of_base == of_kind) == kinds_met.insert(kind).second);
  }
  const auto derives = [&](const std::string& base, const std::string& words) {
    CHECK_THAT(scratch.read("integrator_" + base + "/integrator/a1_.cpp"), Contains(words));
  };
  derives("one_step", "final : public weir::OneStep");
  derives("embedded", "final : public weir::Embedded");
  derives("stochastic", "final : public weir::Stochastic");
  derives("stepped", "final : public weir::Stepped");
}

TEST_CASE("A base that is none of the kind's names those that are") {
  refuses("plugin leap --kind integrator --base embeded",
          "weir: unknown base 'embeded' of kind integrator, did you mean 'embedded'?\n"
          "bases: one_step, embedded, stochastic, stepped\n");
  refuses("plugin leap --kind field --base network",
          "weir: unknown base 'network' of kind field\nbases: plain, conditional\n");
  refuses("plugin sine --kind noise --base plain",
          "weir: there is one template of kind noise: leave --base out\n"
          "bases of interpolant: two_point, marginals; objective: field, network; field: plain, conditional; "
          "probe: watching, stopping; integrator: one_step, embedded, stochastic, stepped\n");
  refuses("pipeline first --base plain", "weir: --base is of a plugin; a pipeline has none: leave it out\n");
}

TEST_CASE("A new pipeline is valid as it is, and has a sweep and expectations") {
  const ScratchFolder scratch;
  const Answer answer = weir_program(scratch.path(), "new pipeline first");
  CHECK(answer.exit == 0);
  CHECK(answer.out ==
        "made    first.yaml\n"
        "next    weir plan first.yaml\n"
        "        weir run first.yaml\n"
        "        weir report first/\n");
  CHECK_THAT(scratch.read("first.yaml"), Contains("name: first\n") && Contains("\nsweep:\n") &&
                                             Contains("\nexpect:\n") && !Contains("@"));
  CHECK(weir_program(scratch.path(), "validate first.yaml").out == "first.yaml: ok\n");
  CHECK(weir_program(scratch.path(), "new pipeline second -o \"my own/2.yaml\"").out ==
        "made    my own/2.yaml\n"
        "next    weir plan 'my own/2.yaml'\n"
        "        weir run 'my own/2.yaml'\n"
        "        weir report second/\n");
  CHECK(weir_program(scratch.path(), "validate 'my own/2.yaml'").exit == 0);
}

TEST_CASE("Nothing is written over") {
  const ScratchFolder scratch;
  scratch.write("sine/mine.txt", "mine");
  scratch.write("first.yaml", "mine");
  fs::create_symlink("nowhere", scratch.path() / "link.yaml");
  const Answer folder = weir_program(scratch.path(), "new plugin sine --kind noise");
  CHECK(folder.exit == 2);
  CHECK(folder.err == "weir: sine exists, and nothing is written over; name another place with -o\n");
  CHECK(std::distance(fs::directory_iterator(scratch.path() / "sine"), {}) == 1);
  const Answer file = weir_program(scratch.path(), "new pipeline first");
  CHECK(file.exit == 2);
  CHECK(file.err == "weir: first.yaml exists, and nothing is written over; name another place with -o\n");
  CHECK(scratch.read("first.yaml") == "mine");
  CHECK(weir_program(scratch.path(), "new plugin sine --kind noise -o first.yaml").err == file.err);
  CHECK(weir_program(scratch.path(), "new pipeline link").exit == 2);
  CHECK_FALSE(fs::exists(scratch.path() / "nowhere"));
  refuses("pipeline first -o folder/", "weir: folder/ is a folder, not a file\n");
  const Answer under = weir_program(scratch.path(), "new pipeline first -o first.yaml/a.yaml");
  CHECK(under.exit == 4);
  CHECK(under.err == "weir: cannot write first.yaml/a.yaml: Not a directory\n");
}

TEST_CASE("A name that would not do is refused, with one that does") {
  const std::string rule =
      "weir: a name has letters a-z, digits and '_', begins with a letter and is at most 64 characters "
      "long, ";
  refuses("pipeline My-First", rule + "not 'My-First'; take my_first\n");
  refuses("pipeline 1st.yaml", rule + "not '1st.yaml'; take st\n");
  refuses("plugin noise/sine --kind noise", rule + "not 'noise/sine'; take sine\n");
  refuses("plugin ../../sine.cpp --kind noise", rule + "not '../../sine.cpp'; take sine\n");
  refuses("plugin '' --kind noise", rule + "not ''; take one such as sine_2\n");
  refuses("plugin 12 --kind noise", rule + "not '12'; take one such as sine_2\n");
  refuses("plugin 'a b' --kind noise", rule + "not 'a b'; take a_b\n");
  refuses("plugin _a --kind noise", rule + "not '_a'; take a\n");
  const std::string longest(64, 'n');
  refuses("plugin " + longest + "n --kind noise",
          rule + "not '" + longest.substr(0, 60) + "...'; take " + longest + "\n");
  CHECK_NOTHROW(weir::tools::check_name(longest));
  refuses("pipeline null",
          "weir: 'null' is YAML's word for nothing and names nothing; take one such as null_2\n");
  refuses("plugin brownian --kind noise",
          "weir: a new plugin has a name of its own, but noise/brownian is there already; take another name\n"
          "all plugins: weir plugins\n");
}

TEST_CASE("A kind that is none, and whatever else cannot be made, names what can") {
  refuses("plugin sine --kind nosie", "weir: unknown kind 'nosie', did you mean 'noise'?\n" + kinds);
  refuses("plugin sine --kind optimizer",
          "weir: unknown kind 'optimizer', did you mean 'optimiser'?\n" + kinds);
  refuses("plugin sine --kind solver2", "weir: unknown kind 'solver2'\n" + kinds);
  refuses("plugin sine", "weir: a plugin is of one kind: add --kind KIND\n" + kinds);
  refuses("pipeline first --kind noise", "weir: --kind is of a plugin; a pipeline has none: leave it out\n");
  refuses("noise sine",
          "weir: 'noise' is a kind of plugin; did you mean `weir new plugin sine --kind noise`?\n");
  refuses("pluign sine",
          "weir: 'pluign' is nothing that can be made, did you mean 'plugin'?\n"
          "what can be made: plugin, pipeline        more: weir new --help\n");
  refuses("plugin", "weir: NAME is required\nmore: weir new --help\n");
  refuses("plugin sine --kin noise",
          "weir: unexpected argument '--kin', did you mean '--kind'?\nmore: weir new --help\n");
}

TEST_CASE(
    "A plugin's class is its name in capitals, with the kind where every plugin's file knows that name") {
  using weir::tools::class_name;
  CHECK(class_name("sine", "noise") == "Sine");
  CHECK(class_name("x1_a_very_long_name_0", "noise") == "X1AVeryLongName0");
  CHECK(class_name("a__b_", "noise") == "ABNoise");  // might be a macro
  CHECK(class_name("e_o_f", "time") == "EOFTime");
  CHECK(class_name("tensor", "source") == "TensorSource");
  CHECK(class_name("a", "metric") == "A");
}

TEST_CASE("A word is quoted where a shell would split or change it") {
  using weir::shell_word;
  CHECK(shell_word("a/b_1.yaml") == "a/b_1.yaml");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("my own") == "'my own'");
  CHECK(shell_word("it's $1") == R"('it'\''s $1')");
  CHECK(weir::path_word("-x.h5") == "./-x.h5");
  CHECK(weir::path_word("- x.h5") == "'./- x.h5'");
  CHECK(weir::path_word("/a/-x.h5") == "/a/-x.h5");
}
