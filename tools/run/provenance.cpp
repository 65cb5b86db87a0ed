// tools/run/provenance.cpp -- where, when and with what a run was made.
#include "provenance.hpp"

#include <ATen/Version.h>
#include <torch/headeronly/version.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <weir/front/plugins/digest.hpp>

namespace {

// The commit that HEAD names in the repository around `folder`, "" if there is none. Read from .git: no process is started.
std::string git_commit(std::filesystem::path folder) {
  for (folder = std::filesystem::absolute(folder); !std::filesystem::exists(folder / ".git");
       folder = folder.parent_path()) {
    if (folder == folder.root_path()) return "";
  }
  std::string head;
  std::getline(std::ifstream(folder / ".git" / "HEAD") >> std::ws, head);
  if (!head.starts_with("ref: ")) return head;
  const std::string ref = head.substr(5);
  std::string commit;
  if (std::getline(std::ifstream(folder / ".git" / ref) >> std::ws, commit)) return commit;
  std::ifstream packed(folder / ".git" / "packed-refs");
  for (std::string line; std::getline(packed, line);) {
    if (line.ends_with(" " + ref)) return line.substr(0, line.find(' '));
  }
  return "";
}

// What follows `label` and a colon in a file of /proc, "" if it is not there.
std::string told(const std::filesystem::path& file, const std::string& label) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(':');
    if (!line.starts_with(label) || colon == std::string::npos) continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

// The processor, or every kind of GPU that the driver knows.
std::string device_name(const std::string& device) {
  if (!device.starts_with("cuda")) return told("/proc/cpuinfo", "model name");
  std::set<std::string> models;
  std::error_code none;
  for (const auto& gpu : std::filesystem::directory_iterator("/proc/driver/nvidia/gpus", none))
    models.insert(told(gpu.path() / "information", "Model"));
  return fmt::format("{}", fmt::join(models, ", "));
}

}  // namespace

std::map<std::string, std::string> provenance(const weir::Graph& graph, const std::string& command,
                                              const std::string& device) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const auto folder = std::filesystem::absolute(graph.file).parent_path();
  return {{"command", command},
          {"host", host.data()},
          {"device", device},
          {"device_name", device_name(device)},
          {"dtype", graph.dtype},
          {"threads", std::to_string(graph.threads)},
          {"git_commit", git_commit(folder)},
          {"pipeline_file", std::filesystem::absolute(graph.file).string()}};
}

std::vector<weir::RunSpec::Version> plugin_versions(const weir::Graph& graph) {
  std::vector<weir::RunSpec::Version> versions;
  std::set<std::string> seen;
  for (const weir::GraphNode& node : graph.nodes) {
    if (!seen.insert(node.plugin).second) continue;
    versions.push_back(
        {node.plugin, node.schema.version, node.schema.library, weir::file_sha256(node.schema.library)});
  }
  return versions;
}

std::vector<weir::RunSpec::Version> library_versions() {
  return {{"weir", WEIR_VERSION, "", ""},
          {"libtorch", TORCH_VERSION, "", ""},
          {"hdf5", weir::hdf5_version(), "", ""},
          {"compiler", __VERSION__, "", ""}};
}

std::string new_run_id() {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  std::random_device entropy;
  const auto word = [&] { return entropy() & 0xffffU; };
  return fmt::format("{:08x}-{:04x}-7{:03x}-{:04x}-{:04x}{:04x}{:04x}", now >> 16, now & 0xffff,
                     word() & 0xfffU, (word() & 0x3fffU) | 0x8000U, word(), word(), word());
}
