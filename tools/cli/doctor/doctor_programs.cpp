// tools/cli/doctor/doctor_programs.cpp -- weir doctor: the programs, the libraries that they use, and the GPU.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <system/share.hpp>
#include "doctor.hpp"

namespace weir::tools {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

std::string library_path() {
  const char* path = std::getenv("LD_LIBRARY_PATH");
  return path ? path : "";
}

const char* const without_library_path =
    "LD_LIBRARY_PATH puts libraries before Weir's own: run weir without it, as in env -u LD_LIBRARY_PATH "
    "weir ...";

Finding libtorch(const nlohmann::json& build) {
  const std::string used = build["libtorch"], meant = build["libtorch_built"],
                    folder = build["libtorch_folder"];
  Texts files = build["libtorch_files"];
  for (const char* key : {"libtorch_files", "c10_files"}) {
    const Texts copies = build[key];
    if (copies.size() > 1)
      return {Health::broken, "LibTorch",
              fmt::format("two of it in one program: {}", fmt::join(copies, ", ")),
              library_path().empty() ? "unset LD_PRELOAD, and build what is preloaded against Weir's LibTorch"
                                     : without_library_path};
  }
  const std::string file = files.empty() ? "" : files[0];
  const std::string text = fmt::format("{}, {}", used, file);
  if (used != meant)
    return {Health::broken, "LibTorch", fmt::format("{}; Weir was built with {}", text, meant),
            library_path().empty() ? "build again: tools/weir" : without_library_path};
  std::error_code error;
  if (!fs::equivalent(fs::path(file).parent_path(), folder, error))
    return {Health::warning, "LibTorch", fmt::format("{}; Weir was built with that in {}", text, folder),
            library_path().empty() ? "build again if it was moved: tools/weir" : without_library_path};
  return {Health::fine, "LibTorch", text};
}

// "550.54.14", or "" without NVIDIA's driver.
std::string driver_version() {
  std::ifstream in("/proc/driver/nvidia/version");
  for (std::string word; in >> word;)
    if (word.find_first_not_of("0123456789.") == std::string::npos && word.find('.') != std::string::npos)
      return word;
  return "";
}

std::string gpu_models() {
  std::vector<std::string> models;
  std::error_code error;
  for (const auto& gpu : fs::directory_iterator("/proc/driver/nvidia/gpus", error)) {
    std::ifstream in(gpu.path() / "information");
    for (std::string line; std::getline(in, line);)
      if (line.starts_with("Model:")) models.push_back(line.substr(line.find_first_not_of(" \t", 6)));
  }
  return fmt::format("{}", fmt::join(models, ", "));
}

// What LibTorch says when it finds no device: "CUDA initialization: The NVIDIA driver on your system is too old ...".
std::string complaint(const std::string& words) {
  const std::size_t at = words.find("CUDA initialization: ");
  return at == std::string::npos ? "" : words.substr(at + 21, words.find_first_of("\n(", at + 21) - at - 21);
}

Finding gpu(const nlohmann::json& build, const std::string& words) {
  const std::string driver = driver_version();
  const bool built = build["cuda"];
  const int devices = build["cuda_devices"];
  const std::string with_driver = driver.empty() ? "no NVIDIA driver" : "NVIDIA driver " + driver;
  if (devices > 0)
    return {
        Health::fine, "GPU",
        fmt::format("{} CUDA device{}: {}, {}", devices, devices == 1 ? "" : "s", gpu_models(), with_driver)};
  if (built) {
    const std::string why = complaint(words);
    return {Health::warning, "GPU",
            fmt::format("built for CUDA, but no device can be used ({}){}; runs use the processor",
                        with_driver, why.empty() ? "" : ": " + why),
            driver.empty() ? "install NVIDIA's driver, or build without CUDA: tools/weir"
                           : "install a newer NVIDIA driver, and let this user open /dev/nvidia*"};
  }
  if (!driver.empty())
    return {Health::warning, "GPU",
            fmt::format("{} ({}), but this build does without CUDA", gpu_models(), with_driver),
            "build for it: WEIR_CUDA=1 tools/weir"};
  return {Health::fine, "GPU", "none; runs use the processor, and this build does without CUDA"};
}

}  // namespace

std::vector<Finding> examine_programs(const Facts& facts) {
  std::vector<Finding> findings = {
      {Health::fine, "weir", fmt::format(WEIR_VERSION ", {}", fs::read_symlink("/proc/self/exe").string())}};
  if (facts.build.is_null()) {
    findings.push_back({Health::broken, "weir-run", facts.words,
                        library_path().empty() ? "build again: tools/weir" : without_library_path});
    return findings;
  }
  const nlohmann::json& build = facts.build;
  if (build["weir"] != WEIR_VERSION)
    findings.push_back({Health::broken, "weir-run",
                        fmt::format("it is of version {}", build["weir"].get<std::string>()),
                        "install both programs together: tools/weir"});
  findings.push_back({Health::fine, "build",
                      fmt::format("{}, HDF5 {}, " WEIR_BUILT_WITH, build["compiler"].get<std::string>(),
                                  build["hdf5"].get<std::string>())});
  findings.push_back({Health::fine, "interface", build["interface"].get<std::string>()});
  findings.push_back(libtorch(build));
  findings.push_back(gpu(build, facts.words));
  return findings;
}

}  // namespace weir::tools
