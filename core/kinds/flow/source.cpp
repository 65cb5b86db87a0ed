// core/kinds/flow/source.cpp -- what all sources share.
#include <weir/kinds/flow/source.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace weir {

Source::~Source() = default;

Tensor Source::items(const Tensor&) const {
  throw std::logic_error(
      fmt::format("source '{}' is a distribution: it has no items to take by number", path()));
}

Tensor Source::distinct(std::int64_t n, Rng& rng) const {
  const std::optional<std::int64_t> count = size();
  if (!count) return sample(n, rng);
  if (n > *count) {
    throw std::invalid_argument(
        fmt::format("{} distinct items were asked of source '{}', which holds {}", n, path(), *count));
  }
  return items(rng.permutation(*count).narrow(0, 0, n));
}

std::vector<std::string> dims_of(const std::string& first, const Shape& item) {
  std::vector<std::string> dims{first};
  if (item.size() == 1) dims.push_back("dim");
  if (item.size() == 3) dims.insert(dims.end(), {"channel", "height", "width"});
  while (dims.size() < item.size() + 1) dims.push_back(fmt::format("axis_{}", dims.size()));
  return dims;
}

}  // namespace weir
