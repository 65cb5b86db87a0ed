// tests/sdk/zoo/silent.cpp -- a library with a plugin's note, but without its symbol.
#include <weir/front/plugins/plugin_abi.hpp>

namespace {

[[gnu::section(".note.weir"), gnu::used, gnu::retain, gnu::aligned(4)]] constexpr weir::abi::Note note =
    weir::abi::note("zoo/silent", "0.1.0", "BSD-3-Clause");

}  // namespace
