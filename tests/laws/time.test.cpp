// tests/laws/time.test.cpp -- laws of every registered law of t.
#include <cmath>

#include <weir/kinds/time.hpp>

#include "../plugins/values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;
using weir::Time;

constexpr std::int64_t cells = 100000;

Tensor middles() { return (at::arange(cells, f64) + 0.5) / double(cells); }

}  // namespace

TEST_CASE("Every law of t has a density that integrates to 1, and samples that follow it", "[laws][time]") {
  for (const std::string& id : plugins_of("time")) {
    for (const double eps : {0.0, 0.1}) {
      INFO(id << ", eps " << eps);
      const auto time = make<Time>(id, {{"eps", eps}});
      const Tensor density = time->density(middles());
      CHECK((density >= 0).all().item<bool>());
      CHECK(number(density.mean()) == Approx(1).epsilon(1e-4));

      const std::int64_t n = 20000;
      weir::Rng rng(3, "time", f64);
      const Tensor t = time->sample(n, rng), sorted = std::get<0>(t.sort());
      CHECK(t.sizes() == at::IntArrayRef({n}));
      CHECK(((t >= 0) & (t <= 1)).all().item<bool>());
      CHECK((time->density(t) > 0).all().item<bool>());
      if (time->sorted()) CHECK(t.equal(sorted));

      // Kolmogorov-Smirnov: above 1.95 / sqrt(n) with probability 0.001.
      const Tensor distribution = density.cumsum(0) / double(cells);
      const Tensor at_samples =
          distribution.index_select(0, (sorted * cells).to(at::kLong).clamp(0, cells - 1));
      const Tensor empirical = (at::arange(n, f64) + 0.5) / double(n);
      CHECK(number((at_samples - empirical).abs().max()) < 1.95 / std::sqrt(double(n)));
    }
  }
}

TEST_CASE("Every law of t is addressed by its seed", "[laws][time]") {
  for (const std::string& id : plugins_of("time")) {
    INFO(id);
    const auto time = make<Time>(id);
    const auto draw = [&](std::uint64_t seed) {
      weir::Rng rng(seed, "time", f64);
      return time->sample(20, rng);
    };
    CHECK(draw(1).equal(draw(1)));
    CHECK_FALSE(draw(1).equal(draw(2)));
  }
}
