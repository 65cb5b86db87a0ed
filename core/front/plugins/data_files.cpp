// core/front/plugins/data_files.cpp -- endings, words, sources.
#include <weir/front/plugins/data_files.hpp>

#include <algorithm>
#include <cctype>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace weir::data_files {
namespace {

struct Kind {
  std::vector<std::string> endings, words;
  std::string source;  // "" if it has to be written as something else first
  std::string how;     // "{}" stands for the file
  std::string example;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {{".npy"},
       {"npy", "numpy", "np", "ndarray"},
       "source/array",
       "{{plugin: source/array, file: {}}}",
       "points.npy"},
      {{".npz"}, {"npz"}, "source/array", "{{plugin: source/array, file: {}, array: x}}", "points.npz"},
      {{".safetensors"},
       {"safetensors", "huggingface"},
       "source/array",
       "{{plugin: source/array, file: {}, array: x}}",
       "points.safetensors"},
      {{".pt", ".pth", ".ckpt"},
       {"torch", "pytorch", "pt", "pth"},
       "source/array",
       "{{plugin: source/array, file: {}, array: x}}",
       "points.pt"},
      {{".pkl", ".pickle", ".joblib"},
       {"pickle", "pkl"},
       "",
       "pickles are never read: numpy.save(\"x.npy\", array), then {{plugin: source/array, file: x.npy}}",
       ""},
      {{".csv", ".tsv", ".tab"},
       {"csv", "tsv", "pandas", "dataframe", "text", "txt"},
       "source/table",
       "{{plugin: source/table, file: {}}}",
       "points.csv"},
      {{".h5", ".hdf5", ".hdf", ".he5", ".nc"},
       {"h5", "hdf5", "hdf", "h5py", "netcdf"},
       "source/tensor",
       "{{plugin: source/tensor, file: {}, dataset: /x}}",
       "points.h5"},
      {{".h5ad"},
       {"h5ad", "anndata", "scanpy"},
       "source/anndata",
       "{{plugin: source/anndata, file: {}, matrix: X, label: a column of obs}}",
       "cells.h5ad"},
      {{".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar"},
       {"zip", "tar", "archive"},
       "",
       "archives and compressed files are not read, but for .npz, .pt and IDX files: unpack it, and name the "
       "file or folder "
       "that was in it",
       ""},
      {{".png", ".jpg", ".jpeg"},
       {"image", "png", "jpg", "jpeg", "pictures", "folder", "image_folder", "imagefolder", "celeba"},
       "source/images",
       "{{plugin: source/images, folder: pictures}}, their folder; labelled: true for class folders",
       ""},
      {{".idx", ".ubyte"},
       {"mnist", "fashion_mnist", "kmnist", "emnist", "ubyte"},
       "source/idx",
       "{{plugin: source/idx, images: {}, labels: ...}}",
       "train-images-idx3-ubyte.gz"},
      {{".parquet", ".feather", ".arrow", ".xlsx", ".xls", ".ods"},
       {"parquet", "feather", "arrow", "excel", "xlsx", "xls"},
       "",
       "write it as CSV, pandas: frame.to_csv(\"x.csv\", index=False), then {{plugin: source/table, file: "
       "x.csv}}",
       ""},
      {{".mat", ".rds", ".rdata"},
       {"mat", "matlab", "rds"},
       "",
       "write it as HDF5 or CSV, then source/tensor or source/table reads it",
       ""}};
  return all;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

const Kind* of_ending(const std::filesystem::path& file) {
  std::string ending = lower(file.extension().string());
  // MNIST's own name: train-images-idx3-ubyte.gz.
  if (ending == ".gz" && lower(file.stem().string()).ends_with("ubyte")) ending = ".ubyte";
  const auto found = std::ranges::find_if(
      kinds(), [&](const Kind& kind) { return std::ranges::count(kind.endings, ending) > 0; });
  return found == kinds().end() ? nullptr : &*found;
}

// As a pipeline takes it between braces.
std::string value(const std::string& name) {
  const bool plain = name.find_first_of(",[]{}:#&*!|>'\"%@`") == std::string::npos;
  return plain ? name : nlohmann::json(name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string sentence(const Kind& kind, const std::string& what, const std::string& file) {
  const std::string how = fmt::format(fmt::runtime(kind.how), file);
  return kind.source.empty() ? how : fmt::format("{} reads {}: {}", kind.source, what, how);
}

}  // namespace

std::string reading(const std::filesystem::path& file) {
  const Kind* kind = of_ending(file);
  return kind ? sentence(*kind, lower(file.extension().string()), value(file.string())) : "";
}

std::string reading_word(const std::string& word) {
  for (const Kind& kind : kinds()) {
    if (std::ranges::count(kind.words, lower(word)) > 0)
      return sentence(kind, kind.endings.front() + " files", kind.example);
  }
  return "";
}

std::string source_of(const std::filesystem::path& file) {
  const Kind* kind = of_ending(file);
  return kind ? kind->source : "";
}

}  // namespace weir::data_files
