// tests/plugins/time/truncated.test.cpp -- a cut law of t beside the law that is cut.
#include <cmath>

#include <weir/kinds/flow/time.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;

namespace {

struct Cut {
  Cut(const std::string& plugin, const json& params, double from, double to)
      : law(make<weir::Time>(plugin, params, f64, 0, "law")),
        time(make<weir::Time>("time/truncated", {{"from", from}, {"to", to}})) {
    bind(*time, "time", *law);
    faults = plan(*time);
  }
  std::string fault() const { return faults.empty() ? "none" : faults.front().message; }

  std::unique_ptr<weir::Time> law, time;
  weir::Faults faults;
};

}  // namespace

TEST_CASE("A cut density is the density over the mass that is left", "[time][truncated]") {
  const Cut cut("time/logit_normal", json::object(), 0.2, 0.6);
  CHECK(cut.fault() == "none");
  // scipy 1.17.1: norm.cdf(log(0.6 / 0.4)) - norm.cdf(log(0.2 / 0.8))
  const Tensor t = row_of({0.2, 0.35, 0.6});
  CHECK(at::allclose(cut.time->density(t), cut.law->density(t) / 0.5746036504834555, 1e-12, 0));
  CHECK(cut.time->density(row_of({0.1, 0.7})).equal(row_of({0, 0})));
  CHECK(cut.time->support() == std::pair(0.2, 0.6));
}

TEST_CASE("A cut uniform law is the uniform law on what is left", "[time][truncated]") {
  const Cut cut("time/uniform", {{"eps", 0.1}}, 0.05, 0.3);
  CHECK(cut.time->support() == std::pair(0.1, 0.3));
  CHECK(at::allclose(cut.time->density(row_of({0.07, 0.2, 0.31})), row_of({0, 5, 0}), 1e-12, 0));
}

TEST_CASE("Cut times are those of the law that lie inside, also of a law in ascending order",
          "[time][truncated]") {
  const std::int64_t n = 20000;
  for (const char* plugin : {"time/uniform", "time/sorted"}) {
    const Cut cut(plugin, json::object(), 0.2, 0.6);
    for (const std::uint64_t seed : {3, 4, 5}) {
      weir::Rng rng(seed, "t", f64);
      const Tensor t = cut.time->sample(n, rng);
      CHECK(t.sizes() == at::IntArrayRef({n}));
      CHECK(((t >= 0.2) & (t <= 0.6)).all().item<bool>());
      // Uniform in [0.2, 0.6]: mean 0.4, standard deviation 0.4 / sqrt(12). Four standard errors.
      CHECK(number(t.mean()) == Approx(0.4).margin(4 * 0.4 / std::sqrt(12.0 * double(n))));
      CHECK(cut.time->sorted() == t.equal(std::get<0>(t.sort())));
    }
  }
}

TEST_CASE("Two draws from one stream are two draws", "[time][truncated]") {
  const Cut cut("time/uniform", json::object(), 0.2, 0.6);
  weir::Rng rng(3, "t", f64);
  const Tensor first = cut.time->sample(20, rng);
  CHECK_FALSE(first.equal(cut.time->sample(20, rng)));
}

TEST_CASE("One time is cut by being inside", "[time][truncated]") {
  const Cut inside("time/fixed", {{"at", 0.3}}, 0.2, 0.6);
  CHECK(inside.fault() == "none");
  CHECK(inside.time->atom() == std::optional(0.3));
  CHECK(Cut("time/fixed", {{"at", 0.7}}, 0.2, 0.6).fault() ==
        "the t of 'law' is always 0.7, and is to lie in [0.2, 0.6]");
}

TEST_CASE("A cut that leaves nothing, or next to nothing, is refused, and so are times in strata",
          "[time][truncated]") {
  CHECK(Cut("time/uniform", json::object(), 0.6, 0.6).fault() ==
        "t must have room: from is 0.6, and to is 0.6");
  CHECK(Cut("time/uniform", {{"eps", 0.3}}, 0, 0.2).fault() ==
        "the t of 'law' lies in [0.3, 0.7], and is to lie in [0, 0.2]");
  CHECK_THAT(
      Cut("time/logit_normal", json::object(), 0, 0.01).fault(),
      Catch::StartsWith("the t of 'law' lies there with a probability of 2.16e-06, and at least 0.001 is "
                        "needed"));
  CHECK(Cut("time/stratified", json::object(), 0.2, 0.6).fault() ==
        "the times of 'law' depend on each other: those of them in [0.2, 0.6] are no draw of its kind");
}

TEST_CASE("A density that is infinite at an end is cut as well as its mass is known", "[time][truncated]") {
  for (const auto& [from, to] : {std::pair(0.0, 0.5), std::pair(0.5, 1.0)}) {
    const Cut half("time/beta", {{"a", 0.5}, {"b", 0.5}}, from, to);
    CHECK(half.fault() == "none");
    // The arcsine law is symmetric; panels end at 2^-48 from an end, next to which lies a share of some 2^-24 = 6e-8.
    CHECK(number(half.time->density(row_of({0.5}))) ==
          Approx(2 * number(half.law->density(row_of({0.5})))).epsilon(1e-7));
  }
  CHECK_THAT(Cut("time/beta", {{"a", 0.1}, {"b", 0.5}}, 0, 0.5).fault(),
             Catch::StartsWith("the mass of 'law' in [0, 0.5] is not known to 1e-6: "));
}
