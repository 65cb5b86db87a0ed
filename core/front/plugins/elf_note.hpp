// core/front/plugins/elf_note.hpp -- what a plugin library says of itself, read from the file without loading it.
//
// Every plugin leaves a note in its library (core/front/plugins/plugin_abi.hpp). Reading it here makes a mismatch a sentence; handing
// the library to the dynamic linker first would make it an undefined symbol, or a crash.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct LibraryNote {
  std::string build_id;  // hexadecimal, from the linker's own note; "" if it was linked without --build-id
  // One per plugin: abi_major, abi_minor, tag, plugin ("noise/brownian", "acme/noise/sine"), version, licence.
  std::vector<std::map<std::string, std::string>> plugins;
};

// The note of a library, or nothing, and then `why_not` says what is wrong with the file: unreadable, not ELF, for another
// machine, truncated, damaged, or no plugin. Reads headers and notes only, trusts no number in them, never throws
// for the sake of the file's contents.
std::optional<LibraryNote> read_note(const std::filesystem::path& library, std::string& why_not);

// "" if this program can load the library; else what differs, field by field, and how to rebuild it:
// "LibTorch 2.10.0 (this weir: 2.11.0), ...; rebuild it against this weir: cmake --build BUILD --clean-first".
std::string abi_mismatch(const LibraryNote& note);

}  // namespace weir
