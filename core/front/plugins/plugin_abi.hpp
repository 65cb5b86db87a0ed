// core/front/plugins/plugin_abi.hpp -- what is written down of a plugin library's binary interface, and the two forms in which it is told.
//
// The note is read from the file before dlopen (core/front/plugins/elf_note.hpp); the table comes from the C symbol weir_plugin_v1
// after it. Both carry the tag: everything that must be equal in host and plugin for C++ objects to cross safely. The
// own minor number is not part of it: a plugin may be older than its host.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#ifndef WEIR_TORCH_VERSION  // given by CMake where LibTorch's headers are out of reach: the torch-free front
#if __has_include(<torch/headeronly/version.h>)
#include <torch/headeronly/version.h>
#else
#include <torch/version.h>
#endif
#endif

namespace weir {
class Node;
}

namespace weir::abi {

inline constexpr int major = 1;  // raised when an older plugin would misbehave: its layout or meaning changed
inline constexpr int minor = 0;  // raised when something is added that a newer plugin may rely on

inline constexpr const char* torch_version =
#ifdef WEIR_TORCH_VERSION
    WEIR_TORCH_VERSION;
#else
    TORCH_VERSION;
#endif

// Text of a fixed capacity that is put together by the compiler; one character too many is a compile error.
template <std::size_t N>
struct Text {
  char chars[N]{};
  std::size_t size = 0;

  constexpr Text& add(std::string_view more) {
    for (const char c : more)
      chars[size++] = c;  // out of bounds is not a constant expression; the last stays '\0'
    if (size >= N) throw "the text does not fit";
    return *this;
  }
  constexpr Text& add(int number) {
    if (number >= 10) add(number / 10);
    const char digit = static_cast<char>('0' + number % 10);
    return add(std::string_view(&digit, 1));
  }
  constexpr std::string_view view() const { return {chars, size}; }
};

// The checks that change the layout of containers or need a run-time library that the host must start with.
constexpr std::string_view debug_mode() {
#if defined(__SANITIZE_ADDRESS__)
  constexpr bool sanitised = true;
#elif defined(__has_feature)
  constexpr bool sanitised = __has_feature(address_sanitizer);
#else
  constexpr bool sanitised = false;
#endif
#ifdef _GLIBCXX_DEBUG
  return sanitised ? "containers+address" : "containers";
#else
  return sanitised ? "address" : "none";
#endif
}

constexpr Text<192> make_tag() {
  Text<192> tag;
  tag.add("weir=").add(major).add(" libtorch=").add(torch_version);
#ifdef _GLIBCXX_USE_CXX11_ABI
  tag.add(" cxx11_abi=").add(_GLIBCXX_USE_CXX11_ABI);
#else
  tag.add(" cxx11_abi=none");  // not libstdc++
#endif
  tag.add(" compiler_abi=").add(__GXX_ABI_VERSION).add(" debug=").add(debug_mode());
  return tag;
}
inline constexpr Text<192> tag_text = make_tag();

// "weir=1 libtorch=2.11.0 cxx11_abi=1 compiler_abi=1017 debug=none"; NUL-terminated.
inline constexpr std::string_view tag = tag_text.view();

inline constexpr const char* note_section = ".note.weir";
inline constexpr const char* symbol = "weir_plugin_v1";
inline constexpr std::size_t note_capacity = 512;

// An ELF note. `description` holds lines "key=value": abi_major, abi_minor, tag, plugin, version, licence; then zeros.
struct Note {
  std::uint32_t name_size = 5;  // of "WEIR" and its NUL
  std::uint32_t description_size = note_capacity;
  std::uint32_t type = 1;
  char name[8] = "WEIR";
  char description[note_capacity]{};
};

constexpr Note note(std::string_view id, std::string_view version, std::string_view licence) {
  Text<note_capacity> text;
  text.add("abi_major=").add(major).add("\nabi_minor=").add(minor).add("\ntag=").add(tag);
  text.add("\nplugin=").add(id).add("\nversion=").add(version).add("\nlicence=").add(licence).add("\n");
  Note note;
  for (std::size_t i = 0; i < text.size; ++i) note.description[i] = text.chars[i];
  return note;
}

// The kind in a plugin's id: "noise" in "noise/brownian" and in "acme/noise/brownian".
constexpr std::string_view kind_of(std::string_view id) {
  const std::string_view before = id.substr(0, id.rfind('/'));
  return before.substr(before.rfind('/') + 1);  // npos + 1 is 0
}

// Whether a plugin of that kind may be of this class: one derived from the interface of the kind, or of a kind without interface.
template <class Class>
constexpr bool is_of_kind(std::string_view kind) {
  if constexpr (requires {
                  { Class::kind } -> std::convertible_to<std::string_view>;
                })
    return kind == Class::kind;
  else
    return true;
}

// One plugin of a library. Never an aggregate with owning members: it lies in the library's data.
struct Entry {
  const char* id;  // "noise/brownian", or "acme/noise/brownian" of a vendor
  const char* version;
  const char* licence;
  const char* summary;  // one sentence without a full stop
  const char*
      page;  // the comment at the head of its file, without its first line: equations, source, limits; "" if there is none
  std::unique_ptr<Node> (*create)();
};

// What weir_plugin_v1 returns. The first four members are plain data at fixed places in every version of the interface,
// so that a host may read them before it trusts anything else.
struct Table {
  std::uint32_t struct_size;
  std::uint32_t abi_major;
  std::uint32_t abi_minor;
  const char* tag;
  const Entry* const* begin;
  const Entry* const* end;
};

using TableFunction = const Table*();

}  // namespace weir::abi
