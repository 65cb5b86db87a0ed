// tests/cli/explain.test.cpp -- weir explain: each code has a page, and the examples of a page are what they claim to be; the laws of
// each kind.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <regex>
#include <set>

#include <weir/front/pipeline.hpp>

#include "program.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;
using Catch::EndsWith;
using Catch::StartsWith;

namespace {

namespace fs = std::filesystem;
using Codes = std::set<std::string>;

const fs::path source = WEIR_SOURCE_DIR;

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void add_codes(const std::string& text, const std::regex& pattern, Codes& codes) {
  for (std::sregex_iterator found(text.begin(), text.end(), pattern), end; found != end; ++found)
    codes.insert((*found)[1]);
}

// The codes that stand in the sources.
Codes codes_of_sources() {
  Codes codes;
  for (const char* folder : {"core", "plugins", "tools"}) {
    for (const auto& entry : fs::recursive_directory_iterator(source / folder)) {
      const std::string extension = entry.path().extension();
      if (extension == ".cpp" || extension == ".hpp")
        add_codes(content(entry.path()), std::regex("\"(W[0-9]{3})\""), codes);
    }
  }
  return codes;
}

struct Page {
  std::string text, wrong, right;
};

std::map<std::string, Page> pages() {
  static const std::regex form(
      "# (W[0-9]{3}): [^\n]+\n\n[^#]+\n\n## Wrong\n\n```yaml\n([^`]+)```\n\n## "
      "Right\n\n```yaml\n([^`]+)```\n");
  std::map<std::string, Page> all;
  for (const auto& entry : fs::directory_iterator(source / "tools/explain")) {
    const std::string code = entry.path().stem(), text = content(entry.path());
    std::smatch parts;
    INFO(entry.path());
    CHECK(std::regex_match(text, parts, form));
    CHECK(parts[1] == code);
    all[code] = {text, parts[2], parts[3]};
  }
  return all;
}

// What is not found in the file itself is found by the program: whether a folder is trusted, and what plugins say.
const std::map<std::string, std::string> verbs = {
    {"W129", "validate"}, {"W501", "plan --sizes"}, {"W502", "plan --sizes"}};

class Examples {
 public:
  Examples() { folder_.write("base.yaml", "nodes:\n  base: {plugin: source/gaussian, dim: 2}\n"); }

  Codes codes_in(const std::string& example) const { return codes_of_file(folder_.write("p.yaml", example)); }

  Codes codes_of_file(const fs::path& file) const {
    Codes codes;
    try {
      weir::read_pipeline(file, registry_);
    } catch (const weir::InvalidPipeline& invalid) {
      for (const weir::Fault& fault : invalid.faults()) codes.insert(fault.code);
    }
    return codes;
  }

  Codes codes_by_program(const std::string& verb, const std::string& example) const {
    folder_.write("p.yaml", example);
    const Answer answer = weir_program(folder_.path(), verb + " p.yaml");
    Codes codes;
    add_codes(answer.err, std::regex("error\\[(W[0-9]{3})\\]"), codes);
    CHECK(answer.exit == (codes.empty() ? 0 : 2));
    return codes;
  }

  fs::path folder() const { return folder_.path(); }

 private:
  ScratchFolder folder_;
  weir::Registry registry_ = weir::Registry::find({WEIR_PLUGIN_DIR});
};

}  // namespace

TEST_CASE("Each code that the sources hold has a page, and each page a code") {
  Codes explained;
  for (const auto& [code, page] : pages()) explained.insert(code);
  CHECK(explained == codes_of_sources());
  CHECK(explained.size() >= 40);
}

TEST_CASE("The wrong example of a page gives its code alone, and the right one nothing") {
  const Examples examples;
  for (const auto& [code, page] : pages()) {
    INFO(page.text);
    if (const auto verb = verbs.find(code); verb != verbs.end()) {
      CHECK(examples.codes_by_program(verb->second, page.wrong) == Codes{code});
    } else if (code == "W101") {  // a file that root cannot read is one that is not there
      CHECK(examples.codes_of_file(examples.folder() / "absent.yaml") == Codes{code});
    } else if (code == "W103") {
      CHECK(examples.codes_in(page.wrong + "#" + std::string(1 << 20, 'x')) == Codes{code});
    } else {
      CHECK(examples.codes_in(page.wrong) == Codes{code});
    }
    CHECK(examples.codes_in(page.right).empty());
  }
}

TEST_CASE("The right example of a page runs", "[slow]") {
  const ScratchFolder scratch;
  scratch.write("base.yaml", "nodes:\n  base: {plugin: source/gaussian, dim: 2}\n");
  std::set<std::string> different;
  for (const auto& [code, page] : pages()) different.insert(page.right);
  int number = 0;
  for (const std::string& example : different) {
    INFO(example);
    const std::string name = "p" + std::to_string(++number);
    scratch.write(name + ".yaml", example);
    const Answer answer = weir_program(scratch.path(), "run " + name + ".yaml --jobs 2 --progress none");
    INFO(answer.err);
    CHECK(answer.exit == 0);
  }
}

TEST_CASE("A page is printed as it stands, several one after another") {
  const ScratchFolder scratch;
  const auto all = pages();
  CHECK(weir_program(scratch.path(), "explain W203").out == all.at("W203").text);
  CHECK(weir_program(scratch.path(), "explain w203 301").out ==
        all.at("W203").text + "\n" + all.at("W301").text);
}

TEST_CASE("Without a code, every code is listed with its rule") {
  const ScratchFolder scratch;
  const Answer answer = weir_program(scratch.path(), "explain");
  CHECK(answer.exit == 0);
  CHECK_THAT(answer.out, StartsWith("W101  a pipeline is a file that can be read\n") &&
                             Contains("\nW203  a node takes the parameters and ports of its plugin only\n"));
  CHECK_THAT(answer.out,
             EndsWith("\nlaw/time  what holds of every time\nlaw/trainer  what holds of every trainer\n"));
  CHECK(static_cast<std::size_t>(std::count(answer.out.begin(), answer.out.end(), '\n')) ==
        pages().size() + 14);
}

TEST_CASE("The laws of a kind are printed as its header states them") {
  const ScratchFolder scratch;
  const Answer noise = weir_program(scratch.path(), "explain law/noise");
  CHECK(noise.exit == 0);
  CHECK_THAT(
      noise.out,
      StartsWith("# law/noise: `weir plugin check` holds every noise to these\n\n   shape        gamma "));
  const std::string header = content(source / "core/kinds/flow/noise.hpp");
  std::size_t laws = 0;
  for (std::size_t at = noise.out.find("\n\n") + 2, end;
       (end = noise.out.find('\n', at)) != std::string::npos; at = end + 1, ++laws)
    CHECK_THAT(header, Contains("//" + noise.out.substr(at, end - at) + "\n"));
  CHECK(laws == 6);
  const Answer unknown = weir_program(scratch.path(), "explain law/nois");
  CHECK(unknown.exit == 2);
  CHECK(unknown.err ==
        "weir: there are no laws of kind 'nois'; kinds: coupling, field, integrator, interpolant, metric, "
        "network, noise, "
        "objective, optimiser, probe, schedule, source, time, trainer\n");
}

TEST_CASE("An unknown code is said to be unknown, with the nearest ones") {
  const ScratchFolder scratch;
  const Answer answer = weir_program(scratch.path(), "explain W308");
  CHECK(answer.exit == 2);
  CHECK(answer.err ==
        "weir: there is no fault code 'W308'; the nearest: W108, W208, W301, W302, W303, W304, W305, W306, "
        "W307\n"
        "all codes: weir explain\n");
  CHECK(weir_program(scratch.path(), "explain sigma").err ==
        "weir: there is no fault code 'sigma'\nall codes: weir explain\n");
}

TEST_CASE("The text of faults ends with the command that explains them") {
  const ScratchFolder scratch;
  scratch.write("p.yaml",
                "seeds: 7\nnodes:\n  base: {plugin: source/gaussian, dims: 2, scale: -1, mean: x}\n");
  CHECK_THAT(weir_program(scratch.path(), "validate p.yaml").err,
             EndsWith("4 errors. Nothing was run.        explained by: weir explain W120 W203 W207\n"));
}
