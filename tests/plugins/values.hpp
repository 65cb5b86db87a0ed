// tests/plugins/values.hpp -- known tensors, points and files for tests of data plugins.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <weir/kinds/source.hpp>

#include "make.hpp"

namespace weir::tests {

// A node whose output "value" is this tensor.
class Values final : public Node {
 public:
  explicit Values(const Tensor& value, const std::string& path = "values") {
    set({.path = path, .seed = 0, .options = value.options(), .places = {}});
    value_.plan(value.sizes().vec(), std::vector<std::string>(static_cast<std::size_t>(value.dim()), "axis"));
    value_.set(value);
  }

 private:
  Output<Tensor> value_{this, "value", "1", "known numbers"};
};

// A finite set of these items, with or without labels.
class ItemSet final : public Source {
 public:
  explicit ItemSet(Tensor items, Tensor labels = {}) : items_(std::move(items)), labels_(std::move(labels)) {
    set({.path = "set", .seed = 0, .options = items_.options(), .places = {}});
  }

  Shape shape() const override { return items_.sizes().slice(1).vec(); }
  std::optional<std::int64_t> size() const override { return items_.size(0); }
  Tensor items(const Tensor& index) const override { return items_.index_select(0, index); }
  Tensor labels() const override { return labels_; }
  Tensor sample(std::int64_t n, Rng& rng) const override { return items(rng.integers(items_.size(0), {n})); }

 private:
  Tensor items_, labels_;
};

inline Tensor row_of(const std::vector<double>& numbers) { return at::tensor(numbers, at::kDouble); }
inline double number(const Tensor& x) { return x.item<double>(); }

// The value of a node's output after it has run.
inline const Tensor& value_of(const Node& node, const std::string& output) {
  return dynamic_cast<const Output<Tensor>&>(*node.output(output)).get();
}

// The first 64 characters that a shell command prints: a SHA-256 of coreutils.
inline std::string sha_printed_by(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  std::string text(64, ' ');
  if (!pipe || std::fread(text.data(), 1, text.size(), pipe.get()) != text.size()) return "";
  return text;
}

// A folder of its own that goes away with the object.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-test-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("no scratch folder");
    folder_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  // A file of these bytes; returns its path.
  std::string write(const std::string& name, const std::vector<int>& bytes) const {
    std::ofstream out(folder_ / name, std::ios::binary);
    for (const int byte : bytes) out.put(static_cast<char>(byte));
    return folder_ / name;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace weir::tests
