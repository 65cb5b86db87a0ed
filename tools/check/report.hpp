// tools/check/report.hpp -- what came of the checks, on the terminal or as JSON.
#pragma once

#include <string>
#include <vector>

#include "library.hpp"

namespace weir::conformance {

// Prints each row below its library and plugin.
class Table {
 public:
  void show(const Row& row);

 private:
  std::string library_, plugin_;
};

std::string summary(const std::vector<Row>& rows);  // "26 checks: 24 ok, 1 failed, 1 skipped"
nlohmann::json to_json(const std::vector<Row>& rows);

}  // namespace weir::conformance
