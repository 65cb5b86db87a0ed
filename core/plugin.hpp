// core/plugin.hpp -- the plugin boundary: what a library tells the host, and WEIR_PLUGIN, which says it.
//
// Each plugin of a library leaves (a) a constant ELF note in .note.weir, which the host reads before dlopen, and (b) a
// pointer to its entry in the section weir_plugins, which the one C symbol weir_plugin_v1 hands to the host after it.
// Nothing runs when the library is opened. The section holds pointers, because compilers pad larger objects.
#pragma once

#include <memory>

#include <weir/front/plugins/plugin_abi.hpp>

// The section's bounds, made by the linker in each library that has one.
extern "C" __attribute__((visibility("hidden"))) const weir::abi::Entry* const __start_weir_plugins[];
extern "C" __attribute__((visibility("hidden"))) const weir::abi::Entry* const __stop_weir_plugins[];

// Registers `Class` as the plugin <kind>/<name>, both taken from the file's path by CMake (weir_add_plugin), with version, licence,
// vendor and the comment at the file's head. `summary` is one sentence without a full stop. Once per file; any number of files make one library, in which
// the weak symbol is kept once.
#define WEIR_PLUGIN(Class, summary)                                                                  \
  static_assert(weir::abi::is_of_kind<Class>(weir::abi::kind_of(WEIR_PLUGIN_ID)),                    \
                "the file's folder is not the kind of its class: move the file to that folder");     \
  extern "C" const char WEIR_PLUGIN_PAGE[];                                                          \
  namespace {                                                                                        \
  [[gnu::section(".note.weir"), gnu::used, gnu::retain,                                              \
    gnu::aligned(4)]] constexpr weir::abi::Note weir_note =                                          \
      weir::abi::note(WEIR_PLUGIN_ID, WEIR_PLUGIN_VERSION, WEIR_PLUGIN_LICENCE);                     \
  std::unique_ptr<weir::Node> weir_create() { return std::make_unique<Class>(); }                    \
  constexpr weir::abi::Entry weir_entry = {WEIR_PLUGIN_ID, WEIR_PLUGIN_VERSION, WEIR_PLUGIN_LICENCE, \
                                           summary,        WEIR_PLUGIN_PAGE,    &weir_create};       \
  [[gnu::section("weir_plugins"), gnu::used,                                                         \
    gnu::retain]] constexpr const weir::abi::Entry* weir_entry_pointer = &weir_entry;                \
  }                                                                                                  \
  extern "C" __attribute__((visibility("default"), weak)) const weir::abi::Table* weir_plugin_v1() { \
    static constexpr weir::abi::Table table = {sizeof(weir::abi::Table), weir::abi::major,           \
                                               weir::abi::minor,         weir::abi::tag.data(),      \
                                               __start_weir_plugins,     __stop_weir_plugins};       \
    return &table;                                                                                   \
  }
