// tools/lab/records/export.cpp -- what a record holds, in the files of other programs.
//
// Formats  npy: NumPy Enhancement Proposal 1, version 1.0. csv: RFC 4180, numbers as read back to the same bits. safetensors: the
//          format's README (8 bytes of length, JSON of dtype, shape and data_offsets, the data), written by none of Debian's libraries.
#include "export.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <map>

#include <weir/os/replace_file.hpp>
#include <weir/record/data/numbers.hpp>

#include <system/exit.hpp>
#include <text/table.hpp>
#include "export_images.hpp"

namespace weir::tools {
namespace fs = std::filesystem;
namespace {

static_assert(std::endian::native == std::endian::little, "the formats are little-endian");

const std::map<std::string, Format> formats{{"h5", Format::h5},         {"npy", Format::npy},
                                            {"csv", Format::csv},       {"png", Format::png},
                                            {"images", Format::images}, {"safetensors", Format::safetensors},
                                            {"pt", Format::pt}};

std::string_view bytes_of(const Array& array) {
  const std::size_t size = static_cast<std::size_t>(array.count()) * size_of(array.dtype);
  return {size > 0 ? reinterpret_cast<const char*>(array.bytes->data()) : "", size};
}

std::string npy(const Array& array) {
  const std::map<DType, std::string> names{{DType::float32, "<f4"},
                                           {DType::float64, "<f8"},
                                           {DType::int64, "<i8"},
                                           {DType::int32, "<i4"},
                                           {DType::uint8, "|u1"}};
  const std::string shape =
      fmt::format("{}{}", fmt::join(array.shape, ", "), array.shape.size() == 1 ? "," : "");
  std::string head =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", names.at(array.dtype), shape);
  head.append(64 - (10 + head.size() + 1) % 64, ' ').push_back('\n');
  const auto size = static_cast<unsigned>(head.size());
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(size & 255) + static_cast<char>(size >> 8) +
         head + std::string(bytes_of(array));
}

// Columns are the entries of all axes but the first: as `names` has it, or x, or x_0, x_1_2.
std::string csv(const std::string& name, const Array& array, const Array* steps,
                const std::vector<std::string>& names) {
  const std::int64_t rows = array.shape.empty() ? 1 : array.shape[0],
                     columns = rows > 0 ? array.count() / rows : 0;
  std::string text = steps ? "step" : "";
  for (std::int64_t j = 0; j < columns; ++j) {
    std::string column;
    std::int64_t rest = j;
    for (std::size_t axis = array.shape.size(); axis > 1; --axis) {
      column = fmt::format("_{}{}", rest % array.shape[axis - 1], column);
      rest /= array.shape[axis - 1];
    }
    const bool named = std::ssize(names) == columns && array.shape.size() == 2;
    text +=
        (text.empty() ? "" : ",") + (named ? csv_cell(names[static_cast<std::size_t>(j)]) : name + column);
  }
  text += '\n';
  visit_numbers(array, [&](const auto* x) {
    for (std::int64_t i = 0; i < rows; ++i) {
      if (steps) text += fmt::format("{}{}", steps->data<std::int64_t>()[i], columns > 0 ? "," : "");
      for (std::int64_t j = 0; j < columns; ++j)
        text += fmt::format("{}{}", j > 0 ? "," : "", x[i * columns + j]);
      text += '\n';
    }
  });
  return text;
}

std::string safetensors(const std::vector<std::pair<std::string, Array>>& named) {
  const std::map<DType, std::string> names{{DType::float32, "F32"},
                                           {DType::float64, "F64"},
                                           {DType::int64, "I64"},
                                           {DType::int32, "I32"},
                                           {DType::uint8, "U8"}};
  nlohmann::json head = nlohmann::json::object();
  std::string data;
  for (const auto& [name, array] : named) {
    const std::size_t begin = data.size();
    data += bytes_of(array);
    head[name] = {
        {"dtype", names.at(array.dtype)}, {"shape", array.shape}, {"data_offsets", {begin, data.size()}}};
  }
  std::string text = head.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // so that the data are aligned
  std::string size(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) size[i] = static_cast<char>(text.size() >> (8 * i) & 255);
  return size + text + data;
}

}  // namespace

void require_free(const Destination& to) {
  if (!to.force && fs::exists(to.file) && !(to.format == Format::images && fs::is_empty(to.file)))
    throw CommandError(
        io_failed,
        fmt::format("{} is there; replace it with --force, or name another file with -o", to.file.string()));
}

Format format_of(const fs::path& out, const std::string& named, const std::string& taken) {
  if (!out.has_filename() && named.empty()) return Format::images;
  std::string ending = named;
  if (ending.empty() && out.has_extension()) ending = out.extension().string().substr(1);
  const auto found = formats.find(ending);
  if (found != formats.end()) return found->second;
  throw CommandError(invalid, fmt::format("'{}' is no format that Weir writes; name {}",
                                          ending.empty() ? out.string() : ending, taken));
}

std::string export_array(const Reader& reader, const std::string& path, const Destination& to) {
  require_free(to);
  const Array array = reader.read(path);
  const fs::path trace = fs::path(path).parent_path();
  const bool is_trace = fs::path(path).filename() == "value" && reader.has((trace / "step").string());
  switch (to.format) {
    case Format::npy:
      os::replace_file(to.file, npy(array));
      return "";
    case Format::csv: {
      const std::string name = is_trace ? trace.filename().string() : fs::path(path).filename().string();
      const Array steps = is_trace ? reader.rows((trace / "step").string(), 0, array.shape.at(0)) : Array{};
      os::replace_file(to.file, csv(name, array, is_trace ? &steps : nullptr, to.columns));
      return "";
    }
    case Format::png:
    case Format::images:
      return export_images(path, array, to);
    default:
      throw CommandError(invalid, fmt::format("{} is one array: name {}", path, forms_of_arrays));
  }
}

void export_tensors(const Reader& reader, const std::vector<std::pair<std::string, std::string>>& named,
                    const Destination& to) {
  require_free(to);
  std::vector<std::pair<std::string, Array>> arrays;
  for (const auto& [name, path] : named) arrays.emplace_back(name, reader.read(path));
  os::replace_file(to.file, safetensors(arrays));
}

}  // namespace weir::tools
