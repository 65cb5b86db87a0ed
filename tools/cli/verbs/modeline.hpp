// tools/cli/verbs/modeline.hpp -- the comment by which editors find a pipeline's JSON Schema.
#pragma once

#include <filesystem>
#include <string>

namespace weir::tools {

// The pipeline's text with "# yaml-language-server: $schema=SCHEMA": in place of such a line among the comments at its top, or else
// as its first line. Everything else stays to the byte, the kind of line ends too.
std::string with_modeline(const std::string& text, const std::string& schema);

// How the pipeline names the schema: relative to itself, or as a file:// address where the path has blanks, which end it.
std::string schema_address(const std::filesystem::path& schema, const std::filesystem::path& pipeline);

}  // namespace weir::tools
