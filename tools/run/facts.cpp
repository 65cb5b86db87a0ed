// tools/run/facts.cpp -- what a process with LibTorch knows of itself, for `weir doctor`.
#include "facts.hpp"

#include <ATen/ATen.h>
#include <ATen/Version.h>

#include <weir/executor/loader.hpp>
#include <weir/front/plugins/plugin_abi.hpp>
#include <weir/record/recorder.hpp>

#include "json_lines.hpp"

namespace {

#ifdef __clang__
constexpr const char* compiler = "clang++ " __clang_version__;
#else
constexpr const char* compiler = "g++ " __VERSION__;
#endif

// What the library itself says, whatever the headers were: "... TORCH_VERSION=2.11.0, ...".
std::string torch_in_use() {
  const std::string settings = at::show_config();
  const std::string key = "TORCH_VERSION=";
  const std::size_t at = settings.find(key);
  if (at == std::string::npos) return "";
  const std::size_t from = at + key.size();
  return settings.substr(from, settings.find_first_of(", \n", from) - from);
}

int cuda_devices() {
  if (!at::hasCUDA()) return 0;
  return static_cast<int>(at::globalContext().getAcceleratorHooksInterface(at::kCUDA).deviceCount());
}

}  // namespace

int print_facts(const std::vector<std::filesystem::path>& libraries, int events) {
  JsonLines lines(events);
  lines.emit({{"event", "facts"},
              {"weir", WEIR_VERSION},
              {"compiler", compiler},
              {"interface", weir::abi::tag},
              {"libtorch_built", weir::abi::torch_version},
              {"libtorch_folder", WEIR_TORCH_FOLDER},
              {"libtorch", torch_in_use()},
              {"libtorch_files", weir::loaded_files("libtorch_cpu")},
              {"c10_files", weir::loaded_files("libc10")},
              {"hdf5", weir::hdf5_version()},
              {"cuda", !weir::loaded_files("libtorch_cuda").empty()},
              {"cuda_devices", cuda_devices()}});
  for (const auto& library : libraries) {
    lines.emit({{"event", "opening"}, {"library", library.string()}});
    std::string wrong;
    try {
      weir::describe(library);
    } catch (const std::exception& error) {
      wrong = error.what();
    }
    lines.emit({{"event", "opened"}, {"library", library.string()}, {"wrong", wrong}});
    if (!wrong.empty()) return 0;
  }
  return 0;
}
