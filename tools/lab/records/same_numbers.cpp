// tools/lab/records/same_numbers.cpp -- whether two records hold the same numbers, and if not, where they part.
#include "same_numbers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <type_traits>

#include <weir/front/document/document.hpp>
#include <weir/front/faults/wording.hpp>
#include <weir/record/data/numbers.hpp>

#include <text/number.hpp>
#include <text/table.hpp>

namespace weir::tools {
namespace {

using Json = nlohmann::json;

std::string index_text(std::int64_t flat, const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> index(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0; flat /= shape[axis]) index[axis] = flat % shape[axis];
  return fmt::format("[{}]", fmt::join(index, ", "));
}

template <class T>
void compare(const Array& one, const T* a, const T* b, ArrayDifference& found) {
  for (std::int64_t i = 0; i < one.count(); ++i) {
    const auto x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    if (std::isfinite(x)) found.scale = std::max(found.scale, std::abs(x));
    if (a[i] == b[i] || (std::isnan(x) && std::isnan(y))) continue;
    ++found.unequal;
    const double apart = std::isfinite(x) && std::isfinite(y) ? std::abs(x - y) : INFINITY;
    if (apart <= found.largest) continue;
    found.largest = apart;
    found.where = fmt::format("{}: {} was {}", index_text(i, one.shape), b[i], a[i]);
  }
}

// The datasets that are compared: what a plain path shows of a trace, its steps too.
std::vector<std::string> paths_of(const RecordedRun& run, const std::string& node) {
  std::vector<std::string> paths;
  for (const Json& dataset : run.datasets()) {
    const std::string owner = dataset.at("node"), path = dataset.at("path");
    if (!node.empty() && !is_within(owner, node)) continue;
    paths.push_back(path);
    if (dataset.at("trace")) paths.push_back(path.substr(0, path.rfind('/')) + "/step");
  }
  return paths;
}

}  // namespace

ArrayDifference difference(const Array& one, const Array& other) {
  ArrayDifference found;
  found.count = one.count();
  found.comparable = one.shape == other.shape && one.dtype == other.dtype;
  if (!found.comparable || *one.bytes == *other.bytes) return found;
  visit_numbers(one, [&](const auto* first) {
    using Number = std::remove_cvref_t<decltype(*first)>;
    compare(one, first, other.data<Number>(), found);
  });
  return found;
}

SameNumbers same_numbers(const RecordedRun& recorded, const RecordedRun& now, const std::string& node,
                         double tolerance) {
  SameNumbers result;
  std::vector<Row> rows;
  const auto differs = [&](const std::string& path, const std::string& what) {
    ++result.differing;
    rows.push_back({path, what, "", "", ""});
  };
  const auto then_paths = paths_of(recorded, node), now_paths = paths_of(now, node);
  for (const std::string& path : then_paths) {
    if (!now.reader().has(path)) {
      differs(path, "is not made any more");
      continue;
    }
    if (!recorded.written(path)) {
      differs(path, "was not written then");
      continue;
    }
    const Array one = recorded.reader().read(path), other = now.reader().read(path);
    const ArrayDifference found = difference(one, other);
    if (!found.comparable) {
      differs(path, fmt::format("was {} [{}], is {} [{}]", name_of(one.dtype), fmt::join(one.shape, ", "),
                                name_of(other.dtype), fmt::join(other.shape, ", ")));
      continue;
    }
    if (found.unequal == 0) {
      if (!path.ends_with("/step")) ++result.equal;  // a trace is one dataset to whoever reads this
      continue;
    }
    const bool close = found.relative() <= tolerance;
    ++(close ? result.close : result.differing);
    rows.push_back({path, fmt::format("{} of {}", found.unequal, found.count), number(found.largest),
                    number(found.relative()), found.where});
  }
  const std::set<std::string> known(then_paths.begin(), then_paths.end());
  for (const std::string& path : now_paths)
    if (!known.contains(path)) differs(path, "was not made then");

  result.text = aligned({"dataset", "numbers that differ", "by at most", "relative", "where most"}, rows);
  if (rows.empty()) result.text.clear();
  result.text += fmt::format("{} equal", wording::count(static_cast<std::size_t>(result.equal), "dataset"));
  if (tolerance > 0)
    result.text += fmt::format(", {} within {:g} of their largest number", result.close, tolerance);
  result.text += fmt::format(", {} different\n", result.differing);
  return result;
}

}  // namespace weir::tools
