// tests/plugins/coupling/lane_riesenfeld.test.cpp -- refined snapshots against subdivision of numbers by its mask, and known polynomials.
#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include <weir/kinds/flow/coupling.hpp>
#include <weir/math/numeric/distance.hpp>

#include "../snapshot_set.hpp"
#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Coupling;
using weir::Tensor;

namespace {

struct Curve {
  Curve(const std::vector<Tensor>& sets, const json& params, const std::vector<double>& when = {})
      : clouds(sets, when), coupling(make<Coupling>("coupling/lane_riesenfeld", params)) {
    coupling->port("snapshots")->bind("", clouds, nullptr);
  }
  Curve& ran() {
    run(*coupling);
    return *this;
  }
  Tensor of(const std::string& output) const { return value_of(*coupling, output); }
  std::string fault() const {
    const weir::Faults faults = plan(*coupling);
    return faults.empty() ? "none" : faults.front().message;
  }

  SnapshotSet clouds;
  std::unique_ptr<Coupling> coupling;
};

std::vector<Tensor> on_a_line(const std::vector<double>& places) {
  std::vector<Tensor> sets;
  for (const double x : places) sets.push_back(at::full({1, 1}, x, f64));
  return sets;
}

std::vector<double> numbers_of(const Tensor& x) {
  const Tensor flat = x.contiguous().view({-1});
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

bool close(const std::vector<double>& found, const std::vector<double>& expected) {
  return found.size() == expected.size() &&
         std::ranges::equal(found, expected, [](double a, double b) { return std::abs(a - b) < 1e-12; });
}

// Subdivision of numbers by the mask (1 + z)^(m + 1) / 2^m: entry j of the refined sequence is sum_i a_(j - 2 i) p_i, here where all of
// the mask is inside.
std::vector<double> by_mask(const std::vector<double>& p, std::size_t m) {
  std::vector<double> mask = {1};
  for (std::size_t k = 0; k <= m; ++k) {
    mask.push_back(0);
    for (std::size_t i = mask.size() - 1; i > 0; --i) mask[i] += mask[i - 1];
  }
  for (double& a : mask) a /= std::pow(2, double(m));
  std::vector<double> next;
  for (std::size_t j = m; j < 2 * p.size(); ++j) {
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i)
      if (j >= 2 * i && j - 2 * i < mask.size()) sum += mask[j - 2 * i] * p[i];
    next.push_back(sum);
  }
  return next;
}

Tensor cloud(std::int64_t n, std::uint64_t seed) {
  weir::Rng rng(seed, "cloud", f64);
  return rng.normal({n, 2});
}

}  // namespace

TEST_CASE("One refinement of an impulse gives the weights of the spline", "[coupling][lane_riesenfeld]") {
  const auto refined = [](int degree) {
    Curve curve(on_a_line({0, 0, 0, 1, 0, 0, 0}), {{"degree", degree}, {"refinements", 1}, {"ends", "open"}});
    return numbers_of(curve.ran().of("points"));
  };
  CHECK(close(refined(1), {0, 0, 0, 0, 0, 0.5, 1, 0.5, 0, 0, 0, 0, 0}));
  CHECK(close(refined(2), {0, 0, 0, 0, 0.25, 0.75, 0.75, 0.25, 0, 0, 0, 0}));
  CHECK(close(refined(3), {0, 0, 0, 0.125, 0.5, 0.75, 0.5, 0.125, 0, 0, 0}));

  // The peaks of the quadratic and the cubic B-spline are 3/4 and 2/3; a refined value is off by a sixth of a second difference.
  const auto peak = [](int degree) {
    Curve curve(on_a_line({0, 0, 0, 1, 0, 0, 0}), {{"degree", degree}, {"refinements", 6}});
    return number(curve.ran().of("points").max());
  };
  CHECK(peak(2) == Approx(0.75).margin(1e-3));
  CHECK(peak(3) == Approx(2 / 3.0).margin(1e-4));
}

TEST_CASE("On a line the points in order are refined as numbers are, and so are the times",
          "[coupling][lane_riesenfeld]") {
  const std::size_t degree = GENERATE(1, 2, 3, 4, 5);
  const std::vector<double> times = {0, 0.1, 0.3, 0.45, 0.7, 0.8, 1};
  weir::Rng rng(3, "line", f64);
  std::vector<Tensor> sets;
  std::vector<std::vector<double>> sorted(5);
  for (std::size_t k = 0; k < times.size(); ++k) {
    sets.push_back(rng.normal({5, 1}));
    const std::vector<double> order = numbers_of(std::get<0>(sets.back().sort(0)));
    for (std::size_t i = 0; i < 5; ++i) sorted[i].push_back(order[i]);
  }
  Curve curve(sets, {{"degree", degree}, {"refinements", 2}, {"ends", "open"}}, times);
  const Tensor points = std::get<0>(curve.ran().of("points").sort(1));
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(close(numbers_of(points.select(1, std::int64_t(i))), by_mask(by_mask(sorted[i], degree), degree)));
  std::vector<double> when = by_mask(by_mask(times, degree), degree);
  const double first = when.front(), last = when.back();
  CHECK(close(numbers_of(curve.of("span")), {first, last}));
  for (double& t : when) t = (t - first) / (last - first);
  CHECK(close(numbers_of(curve.of("times")), when));
}

TEST_CASE("Translates of a cloud move as one point does", "[coupling][lane_riesenfeld]") {
  const json params =
      GENERATE(json({{"degree", 2}}), json({{"degree", 3}}), json({{"scheme", "four_point"}}));
  const Tensor at_rest = cloud(9, 1), moves = 3 * cloud(6, 2);
  std::vector<Tensor> sets, alone;
  for (std::int64_t k = 0; k < 6; ++k) {
    sets.push_back(at_rest.index_select(0, weir::Rng(7, "order", f64).at("k", k).permutation(9)) + moves[k]);
    alone.push_back(moves[k].unsqueeze(0));
  }
  Curve many(sets, params), one(alone, params);
  const Tensor expected = many.ran().of("points").select(0, 0) - moves[0] + one.ran().of("points");
  CHECK(at::allclose(many.of("points"), expected, 0, 1e-12));
  CHECK(many.of("times").equal(one.of("times")));
}

TEST_CASE("A curve begins and ends with the first and the last snapshot and its times ascend",
          "[coupling][lane_riesenfeld]") {
  const json params = GENERATE(json({{"degree", 1}}), json({{"degree", 2}}), json({{"degree", 3}}),
                               json({{"degree", 4}}), json({{"scheme", "four_point"}}));
  std::vector<Tensor> sets;
  for (std::uint64_t k = 0; k < 4; ++k) sets.push_back(cloud(8, k));
  Curve curve(sets, params);
  const weir::Batch all = curve.ran().coupling->all();
  CHECK(curve.coupling->size() == 8);
  CHECK(std::int64_t(all.points.size()) == curve.coupling->marginals());
  CHECK(all.x0().equal(sets[0]));
  CHECK(std::get<0>(all.x1().sort(0)).equal(std::get<0>(sets[3].sort(0))));
  CHECK(number(all.times[0]) == 0);
  CHECK(number(all.times[-1]) == 1);
  CHECK((all.times.diff() > 0).all().item<bool>());
  CHECK(curve.of("points")[1].equal(all.points[1]));
  CHECK_FALSE(curve.coupling->dependent_rows());
}

TEST_CASE("Each refinement of a spline halves the largest distance of neighbours",
          "[coupling][lane_riesenfeld]") {
  const int degree = GENERATE(1, 2, 3, 4, 5);
  std::vector<Tensor> sets;
  for (std::uint64_t k = 0; k < 5; ++k) sets.push_back(cloud(7, 20 + k));
  Curve curve(sets, {{"degree", degree}});
  CHECK(number(curve.ran().of("contraction")) <= 0.5 + 1e-12);
  const Tensor spacing = curve.of("spacing");
  // Before any refinement: the distances themselves, by brute force over the 5040 pairings.
  double widest = 0;
  for (std::size_t k = 1; k < sets.size(); ++k) {
    const Tensor cost = weir::SquaredDistances(sets[k]).from(sets[k - 1]);
    std::vector<std::int64_t> p = {0, 1, 2, 3, 4, 5, 6};
    double least = 1e9;
    do {
      double sum = 0;
      for (std::int64_t i = 0; i < 7; ++i) sum += cost.const_data_ptr<double>()[i * 7 + p[std::size_t(i)]];
      least = std::min(least, sum);
    } while (std::ranges::next_permutation(p).found);
    widest = std::max(widest, std::sqrt(least / 7));
  }
  CHECK(number(spacing[0]) == Approx(widest).epsilon(1e-12));
}

TEST_CASE("The four-point scheme goes through the snapshots and has cubics exactly",
          "[coupling][lane_riesenfeld]") {
  std::vector<double> cubes;
  for (int k = 0; k < 9; ++k) cubes.push_back(std::pow(k - 3.0, 3) - 2 * k);
  Curve curve(on_a_line(cubes), {{"scheme", "four_point"}, {"refinements", 3}, {"ends", "open"}});
  const std::vector<double> found = numbers_of(curve.ran().of("points")), span = numbers_of(curve.of("span")),
                            times = numbers_of(curve.of("times"));
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double k = 8 * (span[0] + times[i] * (span[1] - span[0]));
    CHECK(found[i] == Approx(std::pow(k - 3.0, 3) - 2 * k).margin(1e-10));
  }
  Curve closed(on_a_line(cubes), {{"scheme", "four_point"}, {"refinements", 2}});
  const std::vector<double> all = numbers_of(closed.ran().of("points"));
  for (std::size_t k = 0; k < cubes.size(); ++k) CHECK(all[4 * k] == cubes[k]);
}

TEST_CASE("Sets of other sizes are split as an exact plan splits them", "[coupling][lane_riesenfeld]") {
  // On a line the plan pairs quantiles: thirds with halves, in sixths.
  const Tensor three = row_of({0, 30, 60}).unsqueeze(1), two = row_of({1, 61}).unsqueeze(1);
  Curve line({three, two}, {{"degree", 1}, {"refinements", 1}});
  const Tensor points = line.ran().of("points");
  CHECK(points.sizes() == at::IntArrayRef({3, 6, 1}));
  CHECK(close(numbers_of(std::get<0>(points[1].sort(0))), {0.5, 0.5, 15.5, 45.5, 60.5, 60.5}));

  // In the plane a plan of 4 and 6 points has at most 4 + 6 - 1 entries.
  Curve plane({cloud(4, 11), cloud(6, 12)}, {{"degree", 1}, {"refinements", 1}});
  const Tensor middle = plane.ran().of("points")[1];
  CHECK(middle.size(0) == 12);
  std::set<std::pair<double, double>> atoms;
  for (std::int64_t i = 0; i < 12; ++i) atoms.insert({number(middle[i][0]), number(middle[i][1])});
  CHECK(atoms.size() <= 9);
  CHECK(at::allclose(middle.mean(0), (cloud(4, 11).mean(0) + cloud(6, 12).mean(0)) / 2, 0, 1e-12));
}

TEST_CASE("What no curve can be made of is refused", "[coupling][lane_riesenfeld]") {
  const auto line = on_a_line({0, 1, 2, 3});
  CHECK(Curve(line, {{"scheme", "four_point"}, {"degree", 3}}).fault() ==
        "the four-point scheme has no degree");
  CHECK(Curve(line, json::object(), {0.1, 0.2, 0.3, 1}).fault() ==
        "times go from 0 to 1, and those of 'clouds' are [0.1, 0.2, 0.3, 1]");
  CHECK(Curve(on_a_line({0, 1, 2}), {{"ends", "open"}}).fault() ==
        "this curve needs at least 4 snapshots, and there are 3");
  CHECK(Curve({cloud(71, 0), cloud(73, 1)}, json::object()).fault() ==
        "sets of [71, 73] points need more than 4096 copies to be of one size");
  CHECK(
      Curve(line, {{"scheme", "four_point"}}, {0, 0.01, 0.02, 1}).fault() ==
      "the times [0, 0.01, 0.02, 1] are too uneven for the four-point scheme: averaged, they do not ascend");
  CHECK(Curve(line, {{"degree", 3}}, {0, 0.01, 0.02, 1}).fault() == "none");
}
