// core/executor/loader.hpp -- plugin libraries: opened once, checked before and after, never closed.
//
// A library is opened when a plugin of it is first asked for. Its note is read before (core/front/plugins/elf_note.hpp), its table
// compared after; only then are its plugins registered, all or none. Symbols are bound at once and stay private to it.
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <weir/front/plugins/schema.hpp>
#include <weir/node.hpp>

namespace weir {

// A plugin that cannot be loaded or made (exit code 3). The text names plugin, library, reason and remedy.
class LoadError : public std::runtime_error {
 public:
  LoadError(const std::string& plugin, const std::filesystem::path& library, const std::string& reason,
            const std::string& remedy);
};

// A new instance of the plugin that `schema` describes, from the library that it names (absolute path). Throws LoadError,
// also for whatever the plugin's constructor throws. Safe to call from several threads.
std::unique_ptr<Node> create(const PluginSchema& schema);

// The schemas of all plugins in a library, in the order of its table; opens it and makes one instance of each. Throws
// LoadError.
std::vector<PluginSchema> describe(const std::filesystem::path& library);

// Files of a shared library in this process, by its name without ".so" and version: "libtorch_cpu". More than one of LibTorch's
// would hold tensors of different types.
std::vector<std::string> loaded_files(std::string_view stem);

}  // namespace weir
