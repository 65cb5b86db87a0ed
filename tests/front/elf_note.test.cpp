// tests/front/elf_note.test.cpp -- notes of plugin libraries: read, compared, and refused when damaged.
#include <elf.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <weir/front/plugins/elf_note.hpp>

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

const fs::path library = fs::path(WEIR_ZOO_DIR) / "libweir_zoo_silent.so";  // a note and nothing else

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Why a file of these bytes is no plugin library; "" if it is one.
std::string why_not(const std::string& bytes) {
  static const fs::path file = fs::temp_directory_path() / ("weir-note-" + std::to_string(getpid()) + ".so");
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  std::string reason;
  const auto note = weir::read_note(file, reason);
  CHECK(note.has_value() == reason.empty());
  fs::remove(file);
  return reason;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

weir::LibraryNote good_note() {
  std::string reason;
  const auto note = weir::read_note(library, reason);
  REQUIRE(reason.empty());
  return *note;
}

}  // namespace

TEST_CASE("the note of a library names its plugins without loading it") {
  const weir::LibraryNote note = good_note();

  CHECK(note.build_id.size() == 40);
  REQUIRE(note.plugins.size() == 1);
  const auto& plugin = note.plugins[0];
  CHECK(plugin.at("plugin") == "zoo/silent");
  CHECK(plugin.at("version") == "0.1.0");
  CHECK(plugin.at("licence") == "BSD-3-Clause");
  CHECK_THAT(plugin.at("tag"),
             Contains("weir=1 libtorch=") && Contains(" cxx11_abi=") && Contains(" compiler_abi="));
  CHECK(weir::abi_mismatch(note).empty());
}

TEST_CASE("a mismatch names each field that differs, and no other") {
  auto note = good_note();
  auto& plugin = note.plugins[0];
  const std::string tag = plugin["tag"];

  plugin["tag"] = replaced(tag, "libtorch=", "libtorch=0.");
  const std::string text = weir::abi_mismatch(note);
  CHECK_THAT(text,
             Contains("zoo/silent was built for LibTorch 0.") && Contains("rebuild it against this weir"));
  CHECK_THAT(text, !Contains("interface") && !Contains("compiler") && !Contains("sanitizer"));

  plugin["tag"] = "weir=1";
  CHECK_THAT(weir::abi_mismatch(note), Contains("LibTorch unknown") && Contains("compiler ABI unknown"));

  plugin["tag"] = tag + " moon=full";
  CHECK_THAT(weir::abi_mismatch(note),
             Contains("ABI tag '" + tag + " moon=full' (this weir: '" + tag + "')"));

  plugin["tag"] = tag;
  plugin["abi_minor"] = "99";
  CHECK_THAT(weir::abi_mismatch(note),
             Contains("plugin interface 1.99 (this weir: 1.0)") && Contains("or install a newer weir"));
  plugin["abi_minor"] = "many";
  CHECK_THAT(weir::abi_mismatch(note), Contains("plugin interface 1.many (this weir: 1.0)"));
}

TEST_CASE("files that are no library of this machine are refused with the reason") {
  const std::string good = bytes_of(library);
  const auto with_header = [&](auto change) {
    Elf64_Ehdr header;
    std::memcpy(&header, good.data(), sizeof header);
    change(header);
    return std::string(reinterpret_cast<const char*>(&header), sizeof header) + good.substr(sizeof header);
  };

  CHECK(why_not(good).empty());
  CHECK(why_not("") == "it is not an ELF library");
  CHECK(why_not("#!/bin/sh\necho not a library\n") == "it is not an ELF library");
  CHECK(why_not(good.substr(0, 3)) == "it is not an ELF library");
  CHECK_THAT(why_not(with_header([](Elf64_Ehdr& h) { h.e_ident[EI_CLASS] = ELFCLASS32; })),
             Contains("32-bit"));
  CHECK_THAT(why_not(with_header([](Elf64_Ehdr& h) { h.e_machine = EM_SPARC; })),
             Contains("another machine (ELF machine 2;"));
  CHECK_THAT(why_not(with_header([](Elf64_Ehdr& h) { h.e_type = ET_REL; })),
             Contains("not a shared library"));
  CHECK_THAT(why_not(with_header([](Elf64_Ehdr& h) { h.e_phnum = 0xFFFF; })), Contains("damaged"));
  CHECK_THAT(why_not(with_header([](Elf64_Ehdr& h) { h.e_phoff = ~0ull; })), Contains("truncated"));
  CHECK_THAT(why_not(replaced(good, "plugin=zoo/silent", "plugin=zoo-silent")),
             Contains("'zoo-silent' is not [<vendor>/]<kind>/<name>"));
  CHECK_THAT(why_not(replaced(good, "plugin=", "plugid=")), Contains("it lacks 'plugin'"));
  CHECK_THAT(why_not(replaced(good, "zoo/silent", "zoo/sil\033nt")), Contains("its plugin note is damaged"));

  std::string reason;
  CHECK_FALSE(weir::read_note(fs::temp_directory_path(), reason));
  CHECK(reason == "it is not a readable file");
  CHECK_FALSE(weir::read_note("/proc/self/exe", reason));
  CHECK_THAT(reason, Contains("it holds no plugin"));
}

TEST_CASE("a library cut off anywhere is refused") {
  const std::string good = bytes_of(library);
  for (std::size_t size = 0; size < good.size(); size += 97) {
    INFO("first " << size << " of " << good.size() << " bytes");
    CHECK_FALSE(why_not(good.substr(0, size)).empty());
  }
}

// Headers and notes are read with numbers from the file. Whatever they are, reading ends, in a note or in a reason; under
// the address sanitizer, also without a byte out of bounds.
TEST_CASE("damaged headers and notes never crash the reader") {
  const std::string good = bytes_of(library);
  const std::size_t note_at = good.find("WEIR");
  REQUIRE(note_at != std::string::npos);
  std::mt19937 random(7);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  const char extremes[] = {'\0', '\x01', '\x7F', '\x80', '\xFF'};

  int refused = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    std::string bytes = good;
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
      const std::size_t at = below(2) ? below(1024) : note_at - 12 + below(64);  // headers; the note's head
      bytes[at] = below(2) ? extremes[below(5)] : static_cast<char>(below(256));
    }
    refused += !why_not(bytes).empty();
  }
  CHECK(refused > 1000);  // the changes do hit what is read
}
