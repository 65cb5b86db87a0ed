// core/plugin.hpp -- the plugin boundary: what a library tells the host, and WEIR_PLUGIN, which says it.
//
// Each plugin of a library leaves (a) a constant ELF note in .note.weir, which the host reads before dlopen, and (b) an
// entry in the section weir_plugins, which the one C symbol weir_plugin_v1 hands to the host after it.
#pragma once

#include <cstdint>
#include <memory>

#include <weir/node.hpp>
#include <weir/plugin_abi.hpp>

// Registers `Class` as the plugin <kind>/<name>, both taken from the file's path by CMake (weir_plugin), with version and
// licence. `summary` is one sentence without a full stop.
#define WEIR_PLUGIN(Class, summary)                                                                             \
  namespace {                                                                                                   \
  constexpr auto weir_note_text = weir::abi::note_text(WEIR_PLUGIN_ID, WEIR_PLUGIN_VERSION, WEIR_PLUGIN_LICENCE); \
  __attribute__((section(".note.weir"), used, retain)) alignas(4) constexpr weir::abi::Note weir_note =         \
      weir::abi::note(weir_note_text);                                                                          \
  std::unique_ptr<weir::Node> weir_create() { return std::make_unique<Class>(); }                               \
  __attribute__((section("weir_plugins"), used, retain)) constexpr weir::abi::Entry weir_entry = {              \
      WEIR_PLUGIN_ID, WEIR_PLUGIN_VERSION, WEIR_PLUGIN_LICENCE, summary, &weir_create};                         \
  }
