// tests/laws/source.test.cpp -- laws of every source.
#include <cmath>
#include <numbers>

#include <weir/record/reader.hpp>

#include "../plugins/values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Source;
using weir::Tensor;

void keeps_its_shape(const Source& source, const at::TensorOptions& options) {
  for (const std::int64_t n : {1, 7}) {
    weir::Rng rng(1, "shape", options);
    const Tensor x = source.sample(n, rng);
    CHECK(x.sizes() == weir::rows_of(n, source.shape()));
    CHECK(x.scalar_type() == options.dtype().toScalarType());
    CHECK(at::isfinite(x).all().item<bool>());
  }
}

void is_addressed_by_its_seed(const Source& source) {
  const auto draw = [&](std::uint64_t seed) {
    weir::Rng rng(seed, "seed", f64);
    return source.sample(20, rng);
  };
  CHECK(draw(1).equal(draw(1)));
  CHECK_FALSE(draw(1).equal(draw(2)));
}

// Sample mean and covariance within five standard errors of the ones that are promised.
void has_its_moments(const Source& source) {
  const std::int64_t n = 20000;
  weir::Rng rng(2, "moments", f64);
  const Tensor x = source.sample(n, rng).reshape({n, -1});
  const auto [mean, covariance] = source.moments();
  const Tensor centred = x - mean;
  const double root_n = std::sqrt(static_cast<double>(n));
  CHECK((centred.mean(0).abs() <= 5 * covariance.diagonal().sqrt() / root_n).all().item<bool>());
  const Tensor products = centred.unsqueeze(2) * centred.unsqueeze(1);
  CHECK(((products.mean(0) - covariance).abs() <= 5 * products.std(0) / root_n).all().item<bool>());
}

// Midpoint rule over eight spreads on either side, in one or two dimensions. A density with jumps errs by their number of
// cells: side 1600 cells over 8 spreads leaves below 1 percent.
void has_a_normalised_density(const Source& source) {
  const auto [mean, covariance] = source.moments();
  const std::int64_t d = mean.size(0), cells = d == 1 ? 20000 : 1600;
  const Tensor middle = (at::arange(cells, f64) + 0.5) / static_cast<double>(cells) * 16 - 8;
  const Tensor spread = covariance.diagonal().sqrt();
  const std::vector<Tensor> axes =
      d == 1 ? std::vector<Tensor>{middle} : at::meshgrid({middle, middle}, "ij");
  std::vector<Tensor> coordinates;
  for (std::int64_t i = 0; i < d; ++i)
    coordinates.push_back(axes[static_cast<std::size_t>(i)].reshape({-1}) * spread[i] + mean[i]);
  const double cell =
      number(spread.prod()) * std::pow(16.0 / static_cast<double>(cells), static_cast<double>(d));
  const double total = number(source.log_density(at::stack(coordinates, 1)).exp().sum()) * cell;
  CHECK(total == Approx(1).margin(0.01));
}

// Samples are items of the set; distinct draws of all are the set in another order, and of too many are refused.
void is_a_set(const Source& source) {
  const std::int64_t size = *source.size();
  const auto flat = [](const Tensor& x) { return x.reshape({x.size(0), -1}); };
  const Tensor set = flat(source.items(at::arange(size, at::kLong)));
  const auto place_in_set = [&](const Tensor& x) { return (x.unsqueeze(1) == set).all(2); };  // [n, size]
  weir::Rng rng(3, "set", f64);
  CHECK(place_in_set(flat(source.sample(30, rng))).any(1).all().item<bool>());
  const Tensor places = place_in_set(flat(source.distinct(size, rng)));
  CHECK(places.any(0).all().item<bool>());
  CHECK(places.any(1).all().item<bool>());
  CHECK_THROWS_WITH(source.distinct(size + 1, rng),
                    std::to_string(size + 1) + " distinct items were asked of source 'node', which holds " +
                        std::to_string(size));
}

bool can(const weir::Node& source, const std::string& what) {
  const auto capabilities = source.schema().capabilities;
  return std::ranges::find(capabilities, what) != capabilities.end();
}

struct Case {
  std::string plugin;
  json params;
};

const std::vector<Case>& distributions() {
  static const std::vector<Case> all{
      {"source/gaussian", {{"dim", 1}, {"mean", {2}}, {"scale", 0.3}}},
      {"source/gaussian", {{"mean", {5, 5}}, {"covariance", {{2, 0.5}, {0.5, 1}}}}},
      {"source/gaussian", {{"shape", {1, 2, 3}}}},
      {"source/mixture", {{"means", {{-1, 0}, {2, 1}, {0, 3}}}, {"weights", {1, 2, 3}}, {"scale", 0.4}}},
      {"source/mixture", {{"components", 3}, {"dim", 2}, {"scale", 0.5}}},
      {"source/mixture", {{"set", "eight_gaussians"}}},
      {"source/mixture", {{"set", "two_moons"}}},
      {"source/mixture", {{"set", "checkerboard"}}}};
  return all;
}

}  // namespace

TEST_CASE("Every registered source is among the cases of its laws", "[laws][source]") {
  // Finite sets of files: the case below, and tests/plugins/source/images.test.cpp.
  CHECK(uncovered("source", distributions(), {"source/idx", "source/images", "source/tensor"}).empty());
}

TEST_CASE("Every distribution keeps the laws of sources", "[laws][source]") {
  const auto& [plugin, params] =
      distributions()[static_cast<std::size_t>(GENERATE(range(0, static_cast<int>(distributions().size()))))];
  INFO(plugin << " " << params);
  const auto single = make<Source>(plugin, params, f32);
  run(*single);
  keeps_its_shape(*single, f32);
  const auto source = make<Source>(plugin, params);
  run(*source);
  keeps_its_shape(*source, f64);
  is_addressed_by_its_seed(*source);
  has_its_moments(*source);
  const bool moons =
      params.contains("set") && params["set"] == "two_moons";  // has none in closed form, and says so
  if (can(*source, "log_density") && source->shape().size() == 1 && !moons) has_a_normalised_density(*source);
  CHECK_FALSE(source->size().has_value());
  CHECK_THROWS_WITH(source->items(at::zeros({1}, at::kLong)),
                    "source 'node' is a distribution: it has no items to take by number");
}

TEST_CASE("Every finite set keeps the laws of sources", "[laws][source]") {
  const Scratch scratch;
  std::vector<int> bytes{0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 1};
  for (int i = 0; i < 18; ++i) bytes.push_back(7 * i);
  weir::Rng rng(4, "points", f64);
  weir::write_arrays(scratch / "set.h5", {{"x", weir::array_of(rng.normal({11, 3}))}});
  const std::vector<std::pair<std::string, json>> sets{
      {"source/idx", {{"images", scratch.write("images", bytes)}}},
      {"source/tensor", {{"file", (scratch / "set.h5").string()}, {"dataset", "/x"}}}};
  for (const auto& [plugin, params] : sets) {
    INFO(plugin);
    const auto source = make<Source>(plugin, params);

    run(*source);

    keeps_its_shape(*source, f64);
    is_addressed_by_its_seed(*source);
    is_a_set(*source);
  }
}
