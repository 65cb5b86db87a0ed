// tools/lab/records/tables.cpp -- table.csv, index.h5, summary.json and the plan, told by what is in them.
#include "tables.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include <weir/record/reader.hpp>

namespace weir::tools {
namespace {

namespace fs = std::filesystem;

bool has_key(const fs::path& file, const char* key) {
  std::ifstream in(file, std::ios::binary);
  const auto json = nlohmann::json::parse(in, nullptr, false);
  return json.is_object() && json.contains(key);
}

bool is_csv(const fs::path& file) {
  constexpr std::string_view head = "run,file,status,";  // run_table.cpp
  std::ifstream in(file, std::ios::binary);
  std::string start(head.size(), '\0');
  return in.read(start.data(), static_cast<std::streamsize>(start.size())) && start == head;
}

bool is_index(const fs::path& file) {
  try {
    const Reader reader(file);
    return reader.has("/columns") && reader.has("/table/run");
  } catch (const RecordError&) {
    return false;
  }
}

bool is_ours(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return false;
  if (fs::file_size(file, error) == 0) return true;  // nothing is lost by it
  const fs::path name = file.filename();
  if (name == "table.csv") return is_csv(file);
  if (name == "index.h5") return is_index(file);
  return has_key(file, name == plan_name ? "weir_sweep" : "cases");
}

}  // namespace

const std::vector<std::string>& table_names() {
  static const std::vector<std::string> names = {"table.csv", "index.h5", "summary.json", plan_name};
  return names;
}

fs::path foreign_table(const fs::path& folder) {
  std::error_code error;
  for (const std::string& name : table_names())
    if (fs::exists(fs::symlink_status(folder / name, error)) && !is_ours(folder / name)) return folder / name;
  return {};
}

}  // namespace weir::tools
