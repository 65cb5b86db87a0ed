// tools/cli/verbs/modeline.cpp -- the comment by which editors find a pipeline's JSON Schema.
#include "modeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <regex>

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Blank lines and comments; what comes after might lie in a text of several lines.
bool may_precede_the_pipeline(const std::string& line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string::npos || line[first] == '#';
}

std::string percent_encoded(const std::string& path) {
  std::string text;
  for (const char c : path) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) || std::string_view("/._-~").find(c) != std::string::npos;
    text += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return text;
}

}  // namespace

std::string with_modeline(const std::string& text, const std::string& schema) {
  static const std::regex modeline("^\\s*#\\s*yaml-language-server\\s*:.*\\$schema=.*", std::regex::optimize);
  const std::string line = "# yaml-language-server: $schema=" + schema;
  const std::size_t start = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  for (std::size_t begin = start; begin < text.size();) {
    const std::size_t newline = std::min(text.find('\n', begin), text.size());
    std::size_t end = newline;
    if (end > begin && text[end - 1] == '\r') --end;
    const std::string there = text.substr(begin, end - begin);
    if (!may_precede_the_pipeline(there)) break;
    if (std::regex_match(there, modeline)) return text.substr(0, begin) + line + text.substr(end);
    begin = newline + 1;
  }
  const std::size_t newline = text.find('\n');
  const bool windows = newline != std::string::npos && newline > 0 && text[newline - 1] == '\r';
  return text.substr(0, start) + line + (windows ? "\r\n" : "\n") + text.substr(start);
}

std::string schema_address(const fs::path& schema, const fs::path& pipeline) {
  // By the names alone, as editors do it.
  const fs::path target = fs::absolute(schema).lexically_normal();
  const fs::path folder = fs::absolute(pipeline).lexically_normal().parent_path();
  const std::string relative = target.lexically_relative(folder).string();
  if (std::ranges::none_of(relative, [](unsigned char c) { return std::isspace(c); })) return relative;
  return "file://" + percent_encoded(target.string());
}

}  // namespace weir::tools
