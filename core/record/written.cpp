// core/record/written.cpp -- which tensors of a record hold what a node wrote.
#include <weir/record/written.hpp>

#include <weir/record/hdf5/committed_table.hpp>
#include <weir/record/reader.hpp>
#include <weir/record/schema.hpp>

#include <fmt/format.h>

namespace weir {

std::set<std::string> unwritten_tensors(const std::filesystem::path& path) {
  std::set<std::string> found;
  const Reader reader(path);
  if (!is_record(reader)) return found;
  const nlohmann::json schema = read_schema(reader);
  const hdf5::Turn turn;
  const hdf5::File file{path, hdf5::open_for_reading(path)};
  const auto committed = record::CommittedTable::read(file);
  if (!committed) return found;
  std::size_t place = 0;
  for (const nlohmann::json& dataset : schema.at("datasets")) {
    const std::size_t i = place++;
    if (!dataset.at("trace") && i < committed->size() && committed->at(i).rows == 0)
      found.insert(dataset.at("path").get<std::string>());
  }
  return found;
}

std::string unwritten_text(const std::filesystem::path& file, const std::string& dataset) {
  if (!unwritten_tensors(file).contains(dataset)) return "";
  return fmt::format("'{}' of '{}' is not written: its run has not finished the node", dataset,
                     file.string());
}

}  // namespace weir
