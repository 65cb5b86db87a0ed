// core/math/numeric/assignment.cpp -- linear assignment: auctions for the prices, then Jonker and Volgenant's exact search.
#include <weir/math/numeric/assignment.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

#include <weir/math/numeric/distance.hpp>

namespace weir {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t nobody = -1;
constexpr std::int64_t largest_float64 = 8192;  // rows that match() still holds in float64 (512 MiB)
constexpr std::int64_t rows_at_once = 512;

// The search itself, on a host matrix of float or double.
template <class T>
class Search {
 public:
  Search(const T* cost, std::int64_t n, const AssignmentProgress& progress)
      : cost_(cost), n_(n), progress_(progress), column_of_(n, nobody), row_of_(n, nobody), v_(n) {}

  void run() {
    price_columns();
    settle();
    for (int pass = 0; pass < 2 && !free_.empty(); ++pass) bid(0, 16 * n_);
    augment();
  }

  const std::vector<std::int64_t>& columns() const { return column_of_; }
  const std::vector<double>& v() const { return v_; }

 private:
  std::span<const T> row(std::int64_t i) const { return {cost_ + i * n_, static_cast<std::size_t>(n_)}; }

  // Good prices first: auctions with smaller and smaller steps (Bertsekas). Without them nearly every shortest path visits
  // every column when points fill few dimensions; with them a handful of rows is left for paths at all.
  void price_columns() {
    double least = infinity, most = -infinity, sum = 0;
    std::ranges::fill(v_, infinity);
    for (std::int64_t i = 0; i < n_; ++i) {
      const auto c = row(i);
      for (std::int64_t j = 0; j < n_; ++j) {
        const double cost = c[j];
        v_[j] = std::min(v_[j], cost);
        least = std::min(least, cost), most = std::max(most, cost), sum += cost;
      }
    }
    const auto n = static_cast<double>(n_);
    // The last step is a tenth of what the mean cost leaves per row, but never lost in the round-off of the prices.
    const double last =
        std::max(0.1 * (sum / (n * n) - least) / n, 1e-14 * std::max(std::abs(least), std::abs(most)));
    double step = (most - least) / 4;
    if (n_ == 1 || !(step > last)) return;
    for (bool final = false; !final; step /= 6) {
      final = step <= last;
      std::ranges::fill(column_of_, nobody);
      std::ranges::fill(row_of_, nobody);
      free_.resize(static_cast<std::size_t>(n_));
      std::iota(free_.begin(), free_.end(), 0);
      bid(std::max(step, last), 32 * n_);
    }
  }

  // From prices alone: a row takes its cheapest column if nobody has it yet.
  void settle() {
    std::ranges::fill(column_of_, nobody);
    std::ranges::fill(row_of_, nobody);
    free_.clear();
    for (std::int64_t i = 0; i < n_; ++i) {
      const std::int64_t j = cheapest(i).best;
      if (row_of_[j] == nobody) {
        column_of_[i] = j, row_of_[j] = i;
      } else {
        free_.push_back(i);
      }
    }
  }

  struct Choice {
    std::int64_t best = 0, next = 0;
    double least = infinity, second = infinity;
  };

  // The two cheapest columns of a row at the present prices.
  Choice cheapest(std::int64_t i) const {
    const auto c = row(i);
    Choice choice;
    for (std::int64_t j = 0; j < n_; ++j) {
      const double reduced = c[j] - v_[j];
      if (reduced >= choice.second) continue;
      if (reduced < choice.least) {
        choice.second = choice.least, choice.next = choice.best;
        choice.least = reduced, choice.best = j;
      } else {
        choice.second = reduced, choice.next = j;
      }
    }
    if (n_ == 1) choice.second = choice.least;
    return choice;
  }

  // Every free row takes its cheapest column and pays for it the difference to its second cheapest, and `step` more; the
  // row that it drives out bids next. With step = 0 this is Jonker and Volgenant's augmenting row reduction, and every
  // row that has a column has its cheapest. Rows left when the budget of bids is spent stay free.
  void bid(double step, std::int64_t budget) {
    std::vector<std::int64_t> waiting(free_.rbegin(), free_.rend());
    free_.clear();
    while (!waiting.empty()) {
      const std::int64_t i = waiting.back();
      waiting.pop_back();
      if (progress_ && budget % 1024 == 0)
        progress_(0, n_);  // prices are no progress yet, but a chance to stop
      if (budget-- <= 0) {
        free_.push_back(i);
        continue;
      }
      const Choice choice = cheapest(i);
      const double raise = choice.second - choice.least + step;
      std::int64_t column = choice.best;
      if (raise > 0) {
        v_[column] -= raise;
      } else if (row_of_[column] != nobody) {
        column = choice.next;  // no dearer
      }
      const std::int64_t driven_out = row_of_[column];
      column_of_[i] = column, row_of_[column] = i;
      if (driven_out == nobody) continue;
      column_of_[driven_out] = nobody;
      (raise > 0 ? waiting : free_).push_back(driven_out);
    }
  }

  // A shortest augmenting path for each row that is still free (Dijkstra on reduced costs). Columns that are done have
  // key = infinity and price = -infinity, so that the two inner loops have no branches.
  void augment() {
    std::vector<double> key(n_), price(n_), distance(n_);
    std::vector<std::int64_t> before(n_), done;
    const auto total = static_cast<std::int64_t>(free_.size());
    for (std::int64_t k = 0; k < total; ++k) {
      if (progress_ && k % 16 == 0) progress_(n_ - total + k, n_);
      const std::int64_t start = free_[k];
      done.clear();
      std::fill(key.begin(), key.end(), infinity);
      std::copy(v_.begin(), v_.end(), price.begin());
      std::int64_t i = start, j = nobody;
      double base = 0, reached = 0;
      for (;;) {
        relax(row(i), price, base, i, key, before);
        reached = *std::min_element(key.begin(), key.end());
        j = nearest_column(key, reached);
        if (row_of_[j] == nobody) break;
        distance[j] = reached;
        done.push_back(j);
        i = row_of_[j];
        base = reached - (row(i)[j] - v_[j]);
        key[j] = infinity, price[j] = -infinity;
      }
      for (const std::int64_t column : done) v_[column] += distance[column] - reached;
      while (true) {  // turn the path round
        i = before[j];
        row_of_[j] = i;
        std::swap(j, column_of_[i]);
        if (i == start) break;
      }
    }
    free_.clear();
  }

  static void relax(std::span<const T> c, const std::vector<double>& price, double base, std::int64_t i,
                    std::vector<double>& key, std::vector<std::int64_t>& before) {
    const std::size_t n = c.size();
    const double* p = price.data();
    double* k = key.data();
    std::int64_t* b = before.data();
    for (std::size_t j = 0; j < n; ++j) {
      const double reduced = c[j] - p[j] + base;
      const bool better = reduced < k[j];
      k[j] = better ? reduced : k[j];
      b[j] = better ? i : b[j];
    }
  }

  // A column at the least distance, a free one if there is any: the search then ends.
  std::int64_t nearest_column(const std::vector<double>& key, double least) const {
    std::int64_t nearest = nobody;
    for (std::int64_t j = 0; j < n_; ++j) {
      if (key[j] != least) continue;
      if (row_of_[j] == nobody) return j;
      if (nearest == nobody) nearest = j;
    }
    return nearest;
  }

  const T* cost_;
  std::int64_t n_;
  const AssignmentProgress& progress_;
  std::vector<std::int64_t> column_of_, row_of_, free_;
  std::vector<double> v_;
};

Assignment search(const Tensor& host, const AssignmentProgress& progress) {
  const std::int64_t n = host.size(0);
  Assignment found;
  found.permutation = at::empty({n}, at::kLong);
  found.v = at::empty({n}, at::kDouble);
  const auto go = [&](auto&& search) {
    search.run();
    std::ranges::copy(search.columns(), found.permutation.template mutable_data_ptr<std::int64_t>());
    std::ranges::copy(search.v(), found.v.template mutable_data_ptr<double>());
  };
  if (host.scalar_type() == at::kFloat) {
    go(Search<float>(host.const_data_ptr<float>(), n, progress));
  } else {
    go(Search<double>(host.const_data_ptr<double>(), n, progress));
  }
  return found;
}

// Cost, feasible duals and gap of a permutation, from rows of the costs in float64: rigorous whatever the search did.
void certify(Assignment& found, const std::function<Tensor(std::int64_t first, std::int64_t count)>& rows) {
  const std::int64_t n = found.permutation.size(0);
  found.u = at::empty({n}, at::kDouble);
  Tensor paid = at::empty({n}, at::kDouble);
  for (std::int64_t first = 0; first < n; first += rows_at_once) {
    const std::int64_t count = std::min(rows_at_once, n - first);
    const Tensor c = rows(first, count).to(at::TensorOptions(at::kDouble).device(at::kCPU));
    const Tensor columns = found.permutation.narrow(0, first, count);
    paid.narrow(0, first, count).copy_(c.gather(1, columns.unsqueeze(1)).squeeze(1));
    found.u.narrow(0, first, count).copy_((c - found.v).amin(1));
  }
  found.cost = paid.sum().item<double>();
  // Row by row: what pairs pay above their own dual bound; far less round-off than the difference of two large sums.
  found.gap = (paid - found.u - found.v.index_select(0, found.permutation)).sum().item<double>();
}

Assignment nothing() {
  return {at::empty({0}, at::kLong), 0, at::empty({0}, at::kDouble), at::empty({0}, at::kDouble), 0};
}

}  // namespace

Assignment solve(const Tensor& cost, const AssignmentProgress& progress) {
  if (cost.dim() != 2 || cost.size(0) != cost.size(1)) {
    throw std::invalid_argument(fmt::format("an assignment needs a square cost matrix, not one of shape [{}]",
                                            fmt::join(cost.sizes().vec(), ", ")));
  }
  if (cost.size(0) == 0) return nothing();
  const Tensor finite = at::isfinite(cost);
  if (!finite.all().item<bool>()) {
    const Tensor first = at::nonzero(finite.logical_not()).select(0, 0);
    const auto i = first[0].item<std::int64_t>(), j = first[1].item<std::int64_t>();
    throw std::invalid_argument(fmt::format("costs of an assignment must be finite: cost[{}, {}] is {}", i, j,
                                            cost[i][j].item<double>()));
  }
  const auto type = cost.scalar_type() == at::kFloat ? at::kFloat : at::kDouble;
  const Tensor host = cost.to(at::TensorOptions(type).device(at::kCPU)).contiguous();
  Assignment found = search(host, progress);
  certify(found, [&](std::int64_t first, std::int64_t count) { return host.narrow(0, first, count); });
  return found;
}

Assignment match(const Tensor& x, const Tensor& y, const AssignmentProgress& progress) {
  const std::int64_t n = x.size(0);
  if (y.size(0) != n) {
    throw std::invalid_argument(
        fmt::format("an assignment needs as many points on both sides: {} and {} were given", n, y.size(0)));
  }
  if (n == 0) return nothing();
  if (!at::isfinite(x).all().item<bool>() || !at::isfinite(y).all().item<bool>()) {
    throw std::invalid_argument("points of an assignment must be finite");
  }
  // Moving one side as a whole changes every cost by a row's and a column's share only, so the pairing stays the same: search
  // with both means at zero, where the shares are small and the search short, and give the prices of the columns theirs back.
  const Tensor a = x.reshape({n, -1}).to(at::kDouble), b = y.reshape({n, -1}).to(at::kDouble);
  const Tensor shift = b.mean(0, true) - a.mean(0, true);
  const SquaredDistances to(b), to_moved(b - shift);
  const auto rows = [&](const SquaredDistances& distances, std::int64_t first, std::int64_t count) {
    return distances.from(a.narrow(0, first, count));
  };
  Tensor cost = at::empty({n, n}, n > largest_float64 ? at::kFloat : at::kDouble);
  for (std::int64_t first = 0; first < n; first += rows_at_once) {
    const std::int64_t count = std::min(rows_at_once, n - first);
    cost.narrow(0, first, count).copy_(rows(to_moved, first, count));
  }
  Assignment found = search(cost, progress);
  // |y - x|^2 - |y - s - x|^2 = (2(y - s) + s - 2x).s
  found.v.add_(((b - shift).mul(2).add_(shift) * shift).sum(1).to(at::kCPU));
  certify(found, [&](std::int64_t first, std::int64_t count) { return rows(to, first, count); });
  return found;
}

double match_bytes(std::int64_t n) {
  const auto rows = static_cast<double>(n);
  return rows * rows * (n > largest_float64 ? sizeof(float) : sizeof(double));
}

}  // namespace weir
