// core/executor/loader.cpp -- opens plugin libraries through Boost.DLL, and says in a sentence why one cannot be used.
#include <weir/executor/loader.hpp>

#include <c10/util/Exception.h>
#include <cxxabi.h>
#include <dlfcn.h>
#include <link.h>

#include <fmt/format.h>
#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <map>
#include <mutex>
#include <set>
#include <string_view>
#include <weir/front/plugins/elf_note.hpp>
#include <weir/front/plugins/plugin_abi.hpp>

namespace weir {
namespace {

// The front compares notes with the version that CMake found; it must be that of the headers which plugins see.
static_assert(std::string_view(WEIR_FRONT_TORCH_VERSION) == abi::torch_version,
              "configure again: LibTorch was exchanged");

// What went wrong with a library, before it is known which plugin is meant.
struct Refused {
  std::string reason;
  std::string remedy;
};

const char* const rebuild = "rebuild it against this weir: cmake --build BUILD_FOLDER --clean-first";

struct Library {
  boost::dll::shared_library handle;
  std::string build_id;
  std::vector<const abi::Entry*> entries;
};

std::string demangled(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      ::abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), std::free);
  return status == 0 ? text.get() : symbol;
}

// The dynamic linker's text, made readable: the symbol in C++, and whose it probably is.
Refused unopenable(std::string text) {
  constexpr std::string_view marker = "undefined symbol: ";
  const std::size_t at = text.find(marker);
  if (at == std::string::npos)
    return {"the dynamic linker says: " + text,
            "install what is missing, or add its folder to LD_LIBRARY_PATH"};
  const std::string mangled = text.substr(at + marker.size());
  const std::string symbol = demangled(mangled.substr(0, mangled.find_first_of(" ,\n")));
  const auto mentions = [&](const char* name) { return symbol.find(name) != std::string::npos; };
  if (mentions("weir::"))
    return {fmt::format("it needs '{}', which this weir does not have", symbol), rebuild};
  if (mentions("at::") || mentions("c10::") || mentions("torch::"))
    return {fmt::format("it needs '{}', which LibTorch {} does not have", symbol, abi::torch_version),
            rebuild};
  return {fmt::format("it needs '{}', which nothing that it links defines", symbol),
          "link the library that defines it with target_link_libraries"};
}

void refuse_second_torch() {
  for (const char* stem : {"libc10", "libtorch_cpu"})
    if (const auto copies = loaded_files(stem); copies.size() > 1)
      throw Refused{fmt::format("it brings a second LibTorch into the process ({})", fmt::join(copies, ", ")),
                    "link it to the LibTorch that weir uses: find_package(weir) provides it"};
}

boost::dll::shared_library open(const std::filesystem::path& file) {
  // NODELETE: exceptions, deleters and type information of a plugin outlive every use of it that could be counted.
  // Boost has no name for the flag, but hands it on.
  constexpr auto mode = static_cast<boost::dll::load_mode::type>(RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  boost::dll::fs::error_code error;
  boost::dll::shared_library handle(file, mode, error);
  if (error) {
    const char* text = dlerror();  // Boost's own code says no more than "bad file descriptor"
    throw unopenable(text ? text : error.message());
  }
  return handle;
}

const abi::Table& table_of(const boost::dll::shared_library& handle) {
  if (!handle.has(abi::symbol))
    throw Refused{fmt::format("it lacks the symbol {}", abi::symbol),
                  "end each plugin's file with WEIR_PLUGIN(...), and do not hide the symbol when linking"};
  const abi::Table* table = handle.get<abi::TableFunction>(abi::symbol)();
  if (!table || table->struct_size < sizeof(abi::Table) || table->abi_major != abi::major ||
      table->abi_minor > abi::minor || table->tag != abi::tag)
    throw Refused{
        "its table differs from its note: the library was put together from parts built for different "
        "versions",
        rebuild};
  return *table;
}

// The entries of a table, once they agree with the note.
std::vector<const abi::Entry*> entries_of(const abi::Table& table, const LibraryNote& note) {
  const std::vector<const abi::Entry*> entries(table.begin, table.end);
  std::set<std::string> told;
  std::set<std::string> held;
  for (const auto& plugin : note.plugins) told.insert(plugin.at("plugin"));
  for (const abi::Entry* entry : entries)
    if (!entry || !entry->id || !entry->create || !held.insert(entry->id).second)
      throw Refused{"its table of plugins is damaged", rebuild};
  if (told != held)
    throw Refused{
        fmt::format("its note names {}, its table {}", fmt::join(told, ", "), fmt::join(held, ", ")),
        rebuild};
  return entries;
}

// All libraries that were opened, and which of them holds a plugin.
class Libraries {
 public:
  const Library& get(const std::filesystem::path& file) {
    const std::lock_guard lock(mutex_);
    std::error_code error;
    const std::filesystem::path path = std::filesystem::canonical(file, error);
    if (error) throw Refused{"there is no such file", "build or install it, or correct the plugin path"};
    if (const auto known = libraries_.find(path); known != libraries_.end()) return known->second;

    std::string why_not;
    const auto note = read_note(path, why_not);
    if (!note) throw Refused{why_not, "build it again, or remove it from the plugin path"};
    if (const std::string text = abi_mismatch(*note); !text.empty()) throw Refused{text, ""};
    refuse_duplicates(*note);

    Library library{open(path), note->build_id, {}};
    refuse_second_torch();
    library.entries = entries_of(table_of(library.handle), *note);
    for (const abi::Entry* entry : library.entries) holders_.emplace(entry->id, path);
    return libraries_.emplace(path, std::move(library)).first->second;  // references into a map stay valid
  }

 private:
  void refuse_duplicates(const LibraryNote& note) const {
    for (const auto& plugin : note.plugins)
      if (const auto holder = holders_.find(plugin.at("plugin")); holder != holders_.end())
        throw Refused{fmt::format("{} is already loaded from {}", holder->first, holder->second.string()),
                      "remove one of the two from the plugin path, or give one another name"};
  }

  std::mutex mutex_;
  std::map<std::filesystem::path, Library> libraries_;
  std::map<std::string, std::filesystem::path> holders_;
};

const Library& library_of(const std::string& plugin, const std::filesystem::path& file) {
  static Libraries libraries;
  try {
    return libraries.get(file);
  } catch (const Refused& refused) {
    throw LoadError(plugin, file, refused.reason, refused.remedy);
  }
}

// Calls into the plugin; whatever it throws becomes a LoadError.
template <class Call>
auto guarded(const abi::Entry& entry, const std::filesystem::path& file, const Call& call) {
  const auto failed = [&](const std::string& what) {
    return LoadError(entry.id, file, what,
                     "correct the plugin: a constructor only declares parameters, ports and outputs");
  };
  try {
    return call();
  } catch (const c10::Error& error) {
    throw failed(std::string("its constructor failed: ") + error.what_without_backtrace());
  } catch (const std::exception& error) {
    throw failed(std::string("its constructor failed: ") + error.what());
  } catch (...) {
    throw failed("its constructor threw something that is not a std::exception");
  }
}

std::unique_ptr<Node> make(const abi::Entry& entry, const std::filesystem::path& file) {
  auto node = guarded(entry, file, entry.create);
  if (!node)
    throw LoadError(entry.id, file, "it made no instance", "return a node from the plugin's create function");
  return node;
}

}  // namespace

LoadError::LoadError(const std::string& plugin, const std::filesystem::path& library,
                     const std::string& reason, const std::string& remedy)
    : std::runtime_error(fmt::format("cannot load {}{}: {}{}{}",
                                     plugin.empty() ? "" : "plugin " + plugin + " from ", library.string(),
                                     reason, remedy.empty() ? "" : "; ", remedy)) {}

std::unique_ptr<Node> create(const PluginSchema& schema) {
  const Library& library = library_of(schema.id(), schema.library);
  if (!schema.build_id.empty() && !library.build_id.empty() && schema.build_id != library.build_id)
    throw LoadError(schema.id(), schema.library, "the library was rebuilt after its schema was read",
                    "run the command again");
  const auto entry = std::find_if(library.entries.begin(), library.entries.end(),
                                  [&](const abi::Entry* candidate) { return candidate->id == schema.id(); });
  if (entry == library.entries.end())
    throw LoadError(schema.id(), schema.library, "the library holds no plugin of that name",
                    "write the schema cache again: weir-run cache FOLDER");
  return make(**entry, schema.library);
}

std::vector<PluginSchema> describe(const std::filesystem::path& file) {
  const std::filesystem::path path = std::filesystem::absolute(file);
  const Library& library = library_of("", path);
  std::vector<PluginSchema> schemas;
  for (const abi::Entry* entry : library.entries) {
    const std::unique_ptr<Node> node = make(*entry, path);
    PluginSchema schema = guarded(*entry, path, [&] { return node->schema(); });
    schema.set_id(entry->id);
    schema.summary = entry->summary;
    schema.page = entry->page;
    schema.version = entry->version;
    schema.licence = entry->licence;
    schema.library = path.string();
    schema.build_id = library.build_id;
    schemas.push_back(std::move(schema));
  }
  return schemas;
}

std::vector<std::string> loaded_files(std::string_view stem) {
  struct Search {
    std::string_view stem;
    std::set<std::string> files;
  } search{stem, {}};
  dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void* data) {
        auto& found = *static_cast<Search*>(data);
        const std::string path = object->dlpi_name ? object->dlpi_name : "";
        const std::string name = path.substr(path.rfind('/') + 1);
        // "libc10.so", "libc10-0123abcd.so", but not "libc10_cuda.so"
        if (name.starts_with(found.stem) && name.size() > found.stem.size() && name[found.stem.size()] != '_')
          found.files.insert(path);
        return 0;
      },
      &search);
  return {search.files.begin(), search.files.end()};
}

}  // namespace weir
