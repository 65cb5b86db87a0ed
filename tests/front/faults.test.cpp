// tests/front/faults.test.cpp -- the text of every faulty pipeline in faults/, to the letter.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include <weir/front/faults/fault.hpp>
#include <weir/front/faults/wording.hpp>

#include "laboratory.hpp"

namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

const fs::path folder = fs::path(WEIR_SOURCE_DIR) / "tests/front/faults";

weir::Faults faults_in(const fs::path& file) {
  try {
    weir::read_pipeline(file, laboratory::registry());
  } catch (const weir::InvalidPipeline& invalid) {
    return invalid.faults();
  }
  return {};
}

std::vector<fs::path> faulty_pipelines() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("each faulty pipeline gives its text, word for word", "[front][faults]") {
  const auto files = faulty_pipelines();
  REQUIRE(files.size() >= 70);
  for (const fs::path& file : files) {
    fs::path expected = file;
    expected.replace_extension(".txt");
    std::string found = weir::text(faults_in(file));
    const std::string prefix = folder.string() + "/";
    for (std::size_t at; (at = found.find(prefix)) != std::string::npos;) found.erase(at, prefix.size());
    INFO(file.filename().string());
    CHECK(found == content(expected));
  }
}

TEST_CASE("faults keep the order of the file, and each says code and place", "[front][faults]") {
  for (const fs::path& file : faulty_pipelines()) {
    const weir::Faults faults = faults_in(file);
    INFO(file.filename().string());
    REQUIRE_FALSE(faults.empty());
    int line = 0;
    for (const weir::Fault& fault : faults) {
      CHECK(fault.code.size() == 4);
      CHECK_FALSE(fault.message.empty());
      if (fault.place.file != file.string()) continue;
      CHECK(fault.place.line >= line);
      line = fault.place.line;
    }
  }
}

TEST_CASE("faults as JSON say what the text says", "[front][faults]") {
  const auto json = weir::to_json(faults_in(folder / "duplicate_key.yaml"));

  REQUIRE(json.size() == 2);
  CHECK(json[0]["code"] == "W106");
  CHECK(json[0]["line"] == 2);
  CHECK(json[0]["column"] == 43);
  CHECK(json[0]["length"] == 3);
  CHECK(json[0]["message"] == "key 'dim' is written twice in the same map");
  CHECK(json[0]["remedy"] == "keep one of the two");
  CHECK(json[0]["also"][0]["column"] == 35);
  CHECK(json[0]["also"][0]["caption"] == "the first one");
}

TEST_CASE("the nearest word is found through one slip per five letters, and not further", "[front][faults]") {
  const std::vector<std::string> words = {"sigma", "steps", "interpolant", "x"};
  CHECK(weir::nearest("sigam", words) == "sigma");  // a swap is one slip
  CHECK(weir::nearest("SIGMA", words) == "sigma");
  CHECK(weir::nearest("stps", words) == "steps");
  CHECK(weir::nearest("interpolat", words) == "interpolant");
  CHECK(weir::nearest("intrpolnt", words) == "interpolant");  // two slips, 1 + 9 / 5 = 2 allowed
  CHECK(weir::nearest("sgm", words) == "");                   // two slips, one allowed
  CHECK(weir::nearest("y", words) == "");                     // nothing in common
  CHECK(weir::nearest("", words) == "");
}

TEST_CASE("columns count characters, so that the caret stands under the value after accents",
          "[front][faults]") {
  CHECK(
      laboratory::faults_of(
          "nodes:\n  a: {note: \"d\xC3\xA9j\xC3\xA0 vu\", plugin: noise/constant, sigma: -1}\n") ==
      "p.yaml:2:55: error[W207]: parameter 'sigma' of noise/constant (node 'a') must be at least 0, not -1\n"
      "    2 |   a: {note: \"d\xC3\xA9j\xC3\xA0 vu\", plugin: noise/constant, sigma: -1}\n"
      "      |                                                       ^^\n"
      "   = sigma: spread of the noise\n" +
          laboratory::end_of_one("W207"));
}

TEST_CASE(
    "the caret stands under the value on the terminal, whatever the characters before it take, and as wide "
    "as it is",
    "[front][faults]") {
  // Two ideographs of two columns each, and an accent that takes none.
  CHECK(
      laboratory::faults_of("nodes:\n  a: {note: \"\xE4\xB8\xAD\xE6\x96\x87 e\xCC\x81\", plugin: "
                            "noise/constant, sigma: -1}\n") ==
      "p.yaml:2:53: error[W207]: parameter 'sigma' of noise/constant (node 'a') must be at least 0, not -1\n"
      "    2 |   a: {note: \"\xE4\xB8\xAD\xE6\x96\x87 e\xCC\x81\", plugin: noise/constant, sigma: -1}\n"
      "      |                                                      ^^\n"
      "   = sigma: spread of the noise\n" +
          laboratory::end_of_one("W207"));
  CHECK_THAT(laboratory::faults_of("nodes:\n  a: {plugin: \xE4\xB8\xAD\xE6\x96\x87}\n"),
             Catch::Contains("p.yaml:2:15: ") && Catch::Contains("|               ^^^^\n"));
}

TEST_CASE("what is no text, or moves the cursor of a terminal, is shown as what it is", "[front][faults]") {
  using weir::wording::printable;
  using weir::wording::quote;
  CHECK(printable("a\tb\x1B[2J \xC2\x9B \xFF \xC3\xA9") == "a b?[2J ? ? \xC3\xA9");
  CHECK(quote("a\nb\x1B \xFF \xC3\xA9") == "'a\\nb\\x1b \\xff \xC3\xA9'");
  std::string sixty;
  for (int i = 0; i < 60; ++i) sixty += "\xC3\xA9";
  CHECK(quote(sixty) == "'" + sixty + "'");
  CHECK(quote(sixty + "x") == "'" + sixty + "...'");
}

TEST_CASE("a file that is not there is a fault at the file", "[front][faults]") {
  const laboratory::Folder empty;
  const auto missing = empty.path() / "gone.yaml";
  CHECK(weir::text(faults_in(missing)) == missing.string() +
                                              ": error[W101]: there is no such file\n   = check the path\n" +
                                              laboratory::end_of_one("W101"));
  CHECK(weir::text(faults_in(empty.path())) ==
        empty.path().string() + ": error[W101]: a pipeline is a file, and this is a folder\n" +
            laboratory::end_of_one("W101"));
}

TEST_CASE("a file above 1 MiB is refused", "[front][faults]") {
  const std::string head = "nodes:\n  base: {plugin: source/gaussian, dim: 2}\n# ";
  const std::string most = head + std::string((1 << 20) - head.size(), 'x');
  CHECK(laboratory::faults_of(most) == "");
  CHECK(laboratory::faults_of(most + "x") ==
        "p.yaml: error[W103]: a pipeline file holds at most 1 MiB, and this one is larger\n" +
            laboratory::end_of_one("W103"));
}

TEST_CASE("a line of a megabyte and a map of many keys are read, in time that grows with their size",
          "[front][faults]") {
  std::string line = "nodes:\n  base: {plugin: source/gaussian, dim: 2, note: [";
  for (int i = 0; i < 90'000; ++i) line += "x, ";
  std::string keys = "nodes:\n  base: {plugin: source/gaussian, dim: 2}\nvars:\n";
  for (int i = 0; i < 10'000; ++i) keys += "  v" + std::to_string(i) + ": 1\n";
  // Counting that is quadratic in them takes longer than a test may.
  CHECK_THAT(laboratory::faults_of(line + "x]}\n"),
             Catch::Contains("'note' of node 'base' must be text, not a list"));
  CHECK_THAT(laboratory::faults_of(keys),
             Catch::EndsWith("10000 errors. Nothing was run.        explained by: weir explain W124\n"));
}

TEST_CASE("no damage to a pipeline escapes as anything but faults", "[front][faults]") {
  const std::string whole = laboratory::rotation;
  const laboratory::Folder place;
  std::size_t refused = 0;
  const auto read = [&](const std::string& text) {
    try {
      weir::read_pipeline(place.write("p.yaml", text), laboratory::registry());
    } catch (const weir::InvalidPipeline& invalid) {
      ++refused;
      if (invalid.faults().empty()) FAIL("refused without a fault: " + text);
    }
  };
  for (std::size_t i = 0; i < whole.size(); i += 3) read(whole.substr(0, i));
  for (std::size_t i = 0; i < whole.size(); i += 5) read(whole.substr(0, i) + whole.substr(i + 1));
  const std::string odd = "{}[]:,&*!|>'\"%@`#-?\t~\x01\xFF$";
  for (std::size_t i = 0; i < whole.size(); i += 7)
    read(whole.substr(0, i) + odd[i % odd.size()] + whole.substr(i));
  CHECK(refused > 300);
}
