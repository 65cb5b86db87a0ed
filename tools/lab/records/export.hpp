// tools/lab/records/export.hpp -- what a record holds, in the files of other programs.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <weir/record/reader.hpp>

namespace weir::tools {

// h5 is what records are; images is a folder of PNG files, png one file with a grid of the first 64; pt a TorchScript archive.
enum class Format { h5, npy, csv, png, images, safetensors, pt };

// By the file's ending, or by `named` if it has none: a path that ends with a slash is a folder of images. Errors: CommandError
// (invalid) with what is `taken`.
Format format_of(const std::filesystem::path& out, const std::string& named, const std::string& taken);

inline constexpr auto forms_of_arrays = "a file that ends with .npy, .csv or .png, or a folder/ of images";
inline constexpr auto forms_of_models = "a file that ends with .safetensors or .pt";

// Whether it holds a model's parameters, and no array.
inline bool is_of_model(Format format) { return format == Format::safetensors || format == Format::pt; }

struct Destination {
  std::filesystem::path file;
  Format format = Format::npy;
  bool force = false;                  // replaces a file that is there
  double low = -1, high = 1;           // of images: black and white
  std::vector<std::string> columns{};  // of csv: their names, if they are as many
};

// Throws CommandError(io_failed) where the file is there and is not to be replaced.
void require_free(const Destination& to);

// A dataset as npy (its type and shape), csv (rows; a trace with its steps, further axes as columns) or images (items of shape [1 or 3,
// height, width], or a square number of values, which is then height x width in grey). Errors: CommandError(invalid) where a format
// cannot hold it, (io_failed) where the file is there. Returns what of the array is left out and where all of it goes, or "".
std::string export_array(const Reader& reader, const std::string& path, const Destination& to);

// Datasets under the names that PyTorch gives them, by path: a file of the format of safetensors.
void export_tensors(const Reader& reader, const std::vector<std::pair<std::string, std::string>>& named,
                    const Destination& to);

}  // namespace weir::tools
