// tests/plugins/metric/comparison.test.cpp -- what every metric that compares two sets of points owes: nothing between equal sets, the
// same from both sides, the same in any order of rows, and more the further they are apart.
#include <cmath>
#include <set>

#include "fixed_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

namespace {

enum class Order {
  any,
  any_within_errors
};  // of rows: the same number to round-off, or within its own errors

struct Output {
  std::string name;
  double equal;                // between a set and itself
  std::string other_way = {};  // what it is called with the sides exchanged; "" for another number
  Order order = Order::any;
  bool unbiased = false;  // scatters about `equal` between two samples of one law
};

struct Comparison {
  std::string plugin;
  json params;
  std::vector<Output> outputs;
  std::int64_t dim = 3;
};

// Rows of sets that are equal row by row have one partner each way, so that mmd2 leaves out the same couples on both sides.
const std::vector<Output> discrepancies = {{"mmd2", 0, "mmd2", Order::any_within_errors, true},
                                           {"mmd2_v", 0, "mmd2_v"}};

const std::vector<Comparison>& comparisons() {
  static const std::vector<Comparison> all = {
      {"metric/w1", json::object(), {{"w1", 0, "w1"}}, 1},
      {"metric/w2",
       json::object(),
       {{"w2", 0, "w2"},
        {"w2_squared", 0, "w2_squared"},
        {"sliced_w2", 0, "sliced_w2"},
        {"sliced_w2_squared", 0, "sliced_w2_squared"}}},
      {"metric/mmd", json::object(), discrepancies},
      {"metric/mmd", {{"bandwidths", {0.3, 1.0}}}, discrepancies},
      {"metric/mmd", {{"kernel", "laplace"}}, discrepancies},
      {"metric/mmd", {{"kernel", "polynomial"}}, discrepancies},
      {"metric/mmd", {{"kernel", "energy"}}, discrepancies},
      {"metric/frechet",
       json::object(),
       {{"frechet", 0, "frechet"},
        {"mean_part", 0, "mean_part"},
        {"corrected", 0, "corrected", Order::any_within_errors, true}}},
      {"metric/sinkhorn_divergence",
       {{"epsilon", 2}, {"tolerance", 1e-12}},
       {{"divergence", 0, "divergence"}, {"sharp", 0, "sharp"}}},
      {"metric/precision_recall",
       {{"neighbours", 4}},
       {{"precision", 1, "recall"},
        {"recall", 1, "precision"},
        {"density", 1.25},  // each ball holds its own centre and four others
        {"coverage", 1}}},
      {"metric/c2st", json::object(), {{"accuracy", 0.5, "accuracy", Order::any_within_errors, true}}},
  };
  return all;
}

Tensor drawn(std::uint64_t seed, const char* side, std::int64_t n, std::int64_t dim) {
  weir::Rng rng(seed, side, f64);
  return rng.normal({n, dim});
}

Tensor in_another_order(const Tensor& x, const char* side) {
  weir::Rng rng(9, side, f64);
  return x.index_select(0, rng.permutation(x.size(0)));
}

}  // namespace

TEST_CASE("Every metric that compares two sets of points is held to the laws of comparisons",
          "[metric][comparison]") {
  std::set<std::string> held, built;
  for (const Comparison& of : comparisons()) held.insert(of.plugin);
  for (const std::string& id : plugins_of("metric")) {
    const weir::PluginSchema& plugin = built_plugin(id);
    if (plugin.port("samples") && plugin.port("points") && plugin.port("reference")) built.insert(id);
  }
  CHECK(held == built);
}

TEST_CASE("Between a set and itself there is nothing", "[metric][comparison]") {
  for (const Comparison& of : comparisons()) {
    const Tensor x = drawn(1, "x", 60, of.dim);
    const Compared made(of.plugin, x, x.clone(), of.params);
    for (const Output& output : of.outputs) {
      INFO(of.plugin << " " << of.params << " " << output.name);
      // Round-off of eigenvalues is 1e-16 of the largest, and of their roots 1e-8; of all else 1e-16 of numbers near 1.
      CHECK(std::abs(made(output.name) - output.equal) < 1e-8);
    }
  }
}

TEST_CASE("A comparison is the same from both sides", "[metric][comparison]") {
  for (const Comparison& of : comparisons()) {
    const Tensor x = drawn(2, "x", 60, of.dim), y = 1.3 * drawn(2, "y", 60, of.dim) + 0.4;
    const Compared there(of.plugin, x, y, of.params), back(of.plugin, y, x, of.params);
    for (const Output& output : of.outputs) {
      if (output.other_way.empty()) continue;
      INFO(of.plugin << " " << of.params << " " << output.name);
      CHECK(there(output.name) == Approx(back(output.other_way)).epsilon(1e-10).margin(1e-12));
    }
  }
}

TEST_CASE("A comparison does not ask for the order of rows", "[metric][comparison]") {
  for (const Comparison& of : comparisons()) {
    const Tensor x = drawn(3, "x", 60, of.dim), y = 1.3 * drawn(3, "y", 60, of.dim) + 0.4;
    const Compared made(of.plugin, x, y, of.params);
    const Compared again(of.plugin, in_another_order(x, "x"), in_another_order(y, "y"), of.params);
    for (const Output& output : of.outputs) {
      INFO(of.plugin << " " << of.params << " " << output.name);
      if (output.order == Order::any)
        CHECK(again(output.name) == Approx(made(output.name)).epsilon(1e-10).margin(1e-12));
      else
        CHECK(std::abs(again(output.name) - made(output.name)) < 3 * made(output.name + "_se"));
    }
  }
}

TEST_CASE("An unbiased comparison of one law's samples is nothing, within its errors",
          "[metric][comparison]") {
  const int seed = GENERATE(1, 2, 3);
  for (const Comparison& of : comparisons()) {
    for (const Output& output : of.outputs) {
      if (!output.unbiased) continue;
      INFO(of.plugin << " " << of.params << " " << output.name << " " << seed);
      // The mean of 40 comparisons, whose own errors are at least as large as their scatter says.
      std::vector<double> found;
      double errors = 0;
      for (std::uint64_t r = 0; r < 40; ++r) {
        const std::uint64_t draw = 100 * std::uint64_t(seed) + r;
        const Compared made(of.plugin, drawn(draw, "x", 60, of.dim), drawn(draw, "y", 60, of.dim), of.params,
                            draw);
        found.push_back(made(output.name) - output.equal);
        errors += std::pow(made(output.name + "_se"), 2) / 40;
      }
      const Tensor all = row_of(found);
      CHECK(std::abs(number(all.mean())) < 4 * number(all.std()) / std::sqrt(40.0));
      CHECK(std::sqrt(errors) > 0.7 * number(all.std()));  // of 40: the scatter is known to some 11 %
    }
  }
}

TEST_CASE("A comparison tells how far sets are apart", "[metric][comparison]") {
  for (const Comparison& of : comparisons()) {
    const Tensor x = drawn(4, "x", 60, of.dim), y = drawn(4, "y", 60, of.dim);
    const Compared near(of.plugin, x, y + 0.2, of.params), far(of.plugin, x, y + 1.5, of.params);
    for (const Output& output : of.outputs) {
      INFO(of.plugin << " " << of.params << " " << output.name);
      CHECK(std::abs(far(output.name) - output.equal) > std::abs(near(output.name) - output.equal));
    }
  }
}

TEST_CASE("A comparison leaves both sides as they were, and takes float32", "[metric][comparison]") {
  for (const Comparison& of : comparisons()) {
    const Tensor x = drawn(5, "x", 60, of.dim), y = drawn(5, "y", 60, of.dim) + 0.5;
    const Tensor kept_x = x.clone(), kept_y = y.clone();
    const Compared made(of.plugin, x, y, of.params);
    const Compared narrow(of.plugin, x.to(at::kFloat), y.to(at::kFloat), of.params);
    CHECK(x.equal(kept_x));
    CHECK(y.equal(kept_y));
    for (const Output& output : of.outputs) {
      INFO(of.plugin << " " << of.params << " " << output.name);
      // Shares may jump where a point lies on a ball's edge to within float32.
      CHECK(narrow(output.name) == Approx(made(output.name)).epsilon(1e-3).margin(2.0 / 60));
    }
  }
}
