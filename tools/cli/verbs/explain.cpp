// tools/cli/verbs/explain.cpp -- weir explain: the page of a fault's code, with an example that is wrong and the same one mended,
// and the laws of a kind of plugin.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include <weir/front/faults/fault.hpp>
#include <weir/front/faults/wording.hpp>

#include <cli/arguments/verbs.hpp>
#include <system/exit.hpp>
#include <system/share.hpp>
#include "law_pages.hpp"

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view law_prefix = "law/";

// Every code that has a page, in order.
std::vector<std::string> explained_codes(const fs::path& folder) {
  std::vector<std::string> codes;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".md") codes.push_back(entry.path().stem().string());
  std::ranges::sort(codes);
  return codes;
}

std::string page(const fs::path& folder, const std::string& code) {
  std::ifstream in(folder / (code + ".md"), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// "W203  a node takes ...", from the page's first line, "# W203: a node takes ...".
std::string title_line(const fs::path& folder, const std::string& code) {
  const std::string text = page(folder, code);
  const std::string first = text.substr(0, text.find('\n'));
  const std::size_t colon = first.find(": ");
  return code + "  " + (colon == std::string::npos ? "" : first.substr(colon + 2)) + "\n";
}

// "w203" and "203" are taken for W203.
std::string known_code(const std::string& word, const std::vector<std::string>& codes) {
  std::string code = word;
  std::ranges::transform(code, code.begin(), [](unsigned char c) { return std::toupper(c); });
  if (!code.starts_with('W')) code.insert(0, 1, 'W');
  if (std::ranges::find(codes, code) != codes.end()) return code;
  std::vector<std::string> left = codes, near;
  for (std::string next = nearest(code, left); !next.empty(); next = nearest(code, left)) {
    near.push_back(next);
    std::erase(left, next);
  }
  throw CommandError(invalid, fmt::format("there is no fault code '{}'{}\nall codes: weir explain", word,
                                          near.empty() ? "" : "; the nearest: " + wording::listed(near)));
}

// "law/field": every law of that kind.
std::string law_page(const std::string& name, const std::map<std::string, std::string>& laws) {
  const std::string kind = name.substr(law_prefix.size());
  const auto found = laws.find(kind);
  if (found != laws.end())
    return fmt::format("# {}: `weir plugin check` holds every {} to these\n\n{}", name, kind, found->second);
  std::vector<std::string> names;
  for (const auto& [each, text] : laws) names.push_back(each);
  throw CommandError(
      invalid, names.empty()
                   ? "the laws stand in Weir's headers, which are not installed beside it"
                   : fmt::format("there are no laws of kind '{}'; kinds: {}", kind, wording::listed(names)));
}

int explain(const std::vector<std::string>& words) {
  const fs::path folder = shared_file("explain");
  const std::vector<std::string> codes = explained_codes(folder);
  const std::map<std::string, std::string> laws = law_pages();
  std::string text;
  if (words.empty()) {
    for (const std::string& code : codes) text += title_line(folder, code);
    for (const auto& [kind, text_of_laws] : laws)
      text += fmt::format("{}{}  what holds of every {}\n", law_prefix, kind, kind);
  }
  for (const std::string& word : words) {
    text += text.empty() ? "" : "\n";
    text += word.starts_with(law_prefix) ? law_page(word, laws) : page(folder, known_code(word, codes));
  }
  fmt::print("{}", text);
  return fine;
}

}  // namespace

Verb explain_verb(CLI::App& program) {
  CLI::App* app =
      program.add_subcommand("explain", "Explain a fault by its code, or the laws of a kind of plugin");
  auto words = std::make_shared<std::vector<std::string>>();
  app->add_option("CODE", *words,
                  "Codes such as W203, laws such as law/field; without one, all of them are listed");
  app->footer(
      "Examples:\n  weir explain W203\n  weir explain law/field    what `weir plugin check` holds a field "
      "to\n"
      "  weir explain              every code and its rule");
  return {app, [words] { return explain(*words); }};
}

}  // namespace weir::tools
