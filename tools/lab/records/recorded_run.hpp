// tools/lab/records/recorded_run.hpp -- what a record says of the run that made it, for `info`, `replay` and `rerun`.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include <weir/record/reader.hpp>

namespace weir::tools {

class RecordedRun {
 public:
  // Throws CommandError if the file is not there or is no record of weir, RecordError if it cannot be read.
  explicit RecordedRun(const std::filesystem::path& file);

  struct Plugin {
    std::string name, version, file, sha256;
  };

  const std::filesystem::path& file() const { return file_; }
  const Reader& reader() const { return reader_; }
  const nlohmann::json& datasets() const {
    return schema_.at("datasets");
  }  // as the record's /schema declares them
  const nlohmann::json& nodes() const { return schema_.at("nodes"); }          // node, plugin, params
  const nlohmann::json* node(const std::string& path) const;                   // null if there is none
  const nlohmann::json& pipeline() const { return pipeline_; }                 // with every default filled in
  std::string resolved() const { return reader_.text("/pipeline/resolved"); }  // the same as YAML
  std::string source() const { return reader_.text("/pipeline/source"); }  // the pipeline as it was written
  std::string provenance(const std::string& name) const;                   // "device"; "" if it is not there
  std::vector<Plugin> plugins() const;
  // A list that stands beside one of a node's outputs, as class_names (by label) and column_names; empty where none does.
  std::vector<std::string> names(const std::string& node, const std::string& attribute) const;
  // False of a tensor that no node has written: what lies there are fill values.
  bool written(const std::string& path) const { return !unwritten_.contains(path); }
  // Throws CommandError(invalid), with the command that goes on, where it is not.
  void require_written(const std::string& path) const;
  std::string library(const std::string& name) const;  // version of "libtorch"; "" if it is not there

 private:
  std::filesystem::path file_;
  Reader reader_;
  nlohmann::json schema_, pipeline_;
  std::set<std::string> unwritten_;
};

// Of an attribute that is a list of texts, as JSON; empty for what is none.
std::vector<std::string> names_of(const std::string& json);

// "0 = setosa, 1 = versicolor": the first ten.
std::string classes_text(const std::vector<std::string>& names);

}  // namespace weir::tools
