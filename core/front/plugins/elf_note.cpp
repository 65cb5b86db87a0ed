// core/front/plugins/elf_note.cpp -- a bounded reader of ELF notes, and what they say of the binary interface.
#include <weir/front/plugins/elf_note.hpp>

#include <elf.h>

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <set>
#include <string_view>
#include <utility>
#include <weir/front/plugins/plugin_abi.hpp>

namespace weir {
namespace {

using Fields = std::map<std::string, std::string>;

constexpr std::size_t largest_segment = std::size_t{1} << 20;  // of notes; real ones hold a few kilobytes
constexpr int most_segments = 1024;

#if defined(__aarch64__)
constexpr int this_machine = EM_AARCH64;
#else
constexpr int this_machine = EM_X86_64;
#endif

struct Unusable {
  std::string reason;
};

// A file's bytes by offset. Every read is checked against the file's size.
class File {
 public:
  explicit File(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) throw Unusable{"it is not a readable file"};
    size_ = std::filesystem::file_size(path, error);
    in_.open(path, std::ios::binary);
    if (error || !in_) throw Unusable{"it cannot be read (check its permissions)"};
  }

  bool holds(std::uint64_t offset, std::uint64_t count) const {
    return offset <= size_ && count <= size_ - offset;
  }

  void read(std::uint64_t offset, void* to, std::size_t count) {
    in_.seekg(static_cast<std::streamoff>(offset));
    if (!holds(offset, count) || !in_.read(static_cast<char*>(to), static_cast<std::streamsize>(count)))
      throw Unusable{"it is truncated: its headers speak of more bytes than there are"};
  }

 private:
  std::ifstream in_;
  std::uint64_t size_ = 0;
};

Elf64_Ehdr read_header(File& file) {
  Elf64_Ehdr header{};
  if (!file.holds(0, EI_NIDENT)) throw Unusable{"it is not an ELF library"};
  file.read(0, header.e_ident, EI_NIDENT);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) throw Unusable{"it is not an ELF library"};
  if (header.e_ident[EI_CLASS] != ELFCLASS64)
    throw Unusable{"it is a 32-bit library; weir needs plugins for 64-bit machines"};
  file.read(0, &header, sizeof header);
  if (header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != this_machine)
    throw Unusable{fmt::format("it is built for another machine (ELF machine {}; this one: {})",
                               int{header.e_machine}, this_machine)};
  if (header.e_type != ET_DYN) throw Unusable{"it is not a shared library; link it with -shared"};
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 || header.e_phnum > most_segments)
    throw Unusable{"its program header table is damaged"};
  // The section table is the last thing in a library: where it is missing, the end of the file is.
  if (header.e_shoff != 0 && !file.holds(header.e_shoff, std::uint64_t{header.e_shnum} * header.e_shentsize))
    throw Unusable{"it is truncated: its headers speak of more bytes than there are"};
  return header;
}

// "abi_major=1\nabi_minor=0\n..." up to the first NUL.
Fields parse_description(std::string_view text) {
  text = text.substr(0, text.find('\0'));
  Fields fields;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = line.find('=');
    const bool printable =
        std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
    if (equals == std::string_view::npos || !printable) throw Unusable{"its plugin note is damaged"};
    fields.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  for (const char* key : {"abi_major", "abi_minor", "tag", "plugin", "version", "licence"})
    if (!fields.count(key)) throw Unusable{fmt::format("its plugin note is damaged: it lacks '{}'", key)};
  const std::string& id = fields.at("plugin");
  const bool empty_part = id.starts_with('/') || id.ends_with('/') || id.find("//") != std::string::npos;
  const auto slashes = std::count(id.begin(), id.end(), '/');
  if (empty_part || slashes < 1 || slashes > 2)
    throw Unusable{fmt::format("its plugin note is damaged: '{}' is not [<vendor>/]<kind>/<name>", id)};
  return fields;
}

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::size_t padded(std::size_t size) { return (size + 3) / 4 * 4; }

// All notes of a segment. Words of zero between notes are skipped: sanitizers leave such gaps, and so do notes that are
// padded to 8 bytes, which some linkers put into one segment with others.
void read_notes(std::string_view bytes, LibraryNote& found) {
  while (bytes.size() >= sizeof(Elf64_Nhdr)) {
    Elf64_Nhdr note{};
    std::memcpy(&note, bytes.data(), sizeof note);
    if (note.n_namesz == 0) {
      bytes.remove_prefix(4);
      continue;
    }
    const std::size_t name_at = sizeof note;
    const std::size_t text_at = name_at + padded(note.n_namesz);
    if (note.n_namesz > bytes.size() || note.n_descsz > bytes.size() ||
        text_at > bytes.size() - note.n_descsz)
      throw Unusable{"its notes are damaged"};
    const std::string_view name = bytes.substr(name_at, note.n_namesz - 1);
    const std::string_view text = bytes.substr(text_at, note.n_descsz);
    if (name == "WEIR" && note.n_type == 1) found.plugins.push_back(parse_description(text));
    if (name == "GNU" && note.n_type == NT_GNU_BUILD_ID) found.build_id = hexadecimal(text.substr(0, 64));
    bytes.remove_prefix(std::min(padded(text_at + note.n_descsz), bytes.size()));
  }
}

LibraryNote read(const std::filesystem::path& library) {
  File file(library);
  const Elf64_Ehdr header = read_header(file);
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  file.read(header.e_phoff, segments.data(), segments.size() * sizeof(Elf64_Phdr));

  LibraryNote found;
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type == PT_LOAD && !file.holds(segment.p_offset, segment.p_filesz))
      throw Unusable{"it is truncated: its headers speak of more bytes than there are"};
    if (segment.p_type != PT_NOTE) continue;
    if (segment.p_filesz > largest_segment) throw Unusable{"its notes are damaged"};
    std::string bytes(segment.p_filesz, '\0');
    file.read(segment.p_offset, bytes.data(), bytes.size());
    read_notes(bytes, found);
  }
  if (found.plugins.empty())
    throw Unusable{
        "it holds no plugin; a plugin's file ends with WEIR_PLUGIN(...) and is built by weir_add_plugin()"};

  std::set<std::string> ids;
  for (const Fields& plugin : found.plugins)
    if (!ids.insert(plugin.at("plugin")).second)
      throw Unusable{fmt::format("it holds {} twice; give one of them another name", plugin.at("plugin"))};
  return found;
}

// "weir=1 libtorch=2.11.0 ..."
Fields parse_tag(std::string_view tag) {
  Fields fields;
  while (!tag.empty()) {
    const std::size_t end = std::min(tag.find(' '), tag.size());
    const std::string_view word = tag.substr(0, end);
    tag.remove_prefix(std::min(end + 1, tag.size()));
    const std::size_t equals = std::min(word.find('='), word.size());
    fields.emplace(word.substr(0, equals), word.substr(std::min(equals + 1, word.size())));
  }
  return fields;
}

int number(const std::string& text) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : -1;
}

std::string title(const std::string& key) {
  if (key == "libtorch") return "LibTorch";
  if (key == "cxx11_abi") return "C++11 string ABI";
  if (key == "compiler_abi") return "compiler ABI";
  if (key == "debug") return "sanitizer or debug containers";
  return key;
}

std::string mismatch(const Fields& plugin) {
  std::vector<std::string> differences;
  const int major = number(plugin.at("abi_major"));
  const int minor = number(plugin.at("abi_minor"));
  const bool too_new = major > abi::major || (major == abi::major && minor > abi::minor);
  if (major != abi::major || minor < 0 || minor > abi::minor)
    differences.push_back(fmt::format("plugin interface {}.{} (this weir: {}.{})", plugin.at("abi_major"),
                                      plugin.at("abi_minor"), abi::major, abi::minor));
  const Fields theirs = parse_tag(plugin.at("tag"));
  for (const auto& [key, ours] : parse_tag(abi::tag)) {
    if (key == "weir") continue;  // the interface's major number again
    const auto found = theirs.find(key);
    const std::string their = found == theirs.end() ? "unknown" : found->second;
    if (their != ours) differences.push_back(fmt::format("{} {} (this weir: {})", title(key), their, ours));
  }
  if (differences.empty() && plugin.at("tag") != abi::tag)
    differences.push_back(fmt::format("ABI tag '{}' (this weir: '{}')", plugin.at("tag"), abi::tag));
  if (differences.empty()) return "";
  return fmt::format(
      "{} was built for {}; rebuild it against this weir: cmake --build BUILD_FOLDER --clean-first{}",
      plugin.at("plugin"), fmt::join(differences, ", "), too_new ? ", or install a newer weir" : "");
}

}  // namespace

std::optional<LibraryNote> read_note(const std::filesystem::path& library, std::string& why_not) {
  try {
    return read(library);
  } catch (const Unusable& unusable) {
    why_not = unusable.reason;
    return std::nullopt;
  }
}

std::string abi_mismatch(const LibraryNote& note) {
  for (const Fields& plugin : note.plugins)
    if (std::string text = mismatch(plugin); !text.empty()) return text;
  return "";
}

}  // namespace weir
