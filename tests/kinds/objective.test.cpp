// tests/kinds/objective.test.cpp -- what a step drew, by name and by row, and rows of a source as a batch.
#include <weir/kinds/learn/objective.hpp>

#include "../plugins/values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Sample;
using weir::Tensor;

// Points of a law, of two classes: the sign of the first coordinate.
class Sided final : public weir::Source {
 public:
  Sided() { set({.path = "sided", .seed = 0, .options = f64, .places = {}}); }
  weir::Shape shape() const override { return {2}; }
  Tensor sample(std::int64_t n, weir::Rng& rng) const override { return rng.normal({n, 2}); }
  std::optional<std::int64_t> classes() const override { return 2; }
  Drawn draw(std::int64_t n, weir::Rng& rng) const override {
    const Tensor x = sample(n, rng);
    return {x, (x.select(1, 0) > 0).to(at::kLong)};
  }
};

}  // namespace

TEST_CASE("A draw is asked by name, and a name that was not drawn is told those that were", "[objective]") {
  const Sample sample{{}, {{"t", row_of({0.1, 0.2})}, {"eps", row_of({3, 4})}}};
  CHECK(sample.has("t"));
  CHECK_FALSE(sample.has("xt"));
  CHECK(sample["eps"].equal(row_of({3, 4})));
  CHECK_THROWS_AS(sample["xt"], std::out_of_range);
  CHECK_THROWS_WITH(sample["xt"], "the objective draws no 'xt'; beside its batch it draws eps, t");
  CHECK_THROWS_WITH(Sample()["xt"], "the objective draws no 'xt'; beside its batch it draws nothing");
}

TEST_CASE("Rows of a sample are rows of its batch and of all that it drew", "[objective]") {
  Sample sample;
  sample.batch.points = {row_of({0, 1, 2}).unsqueeze(1)};
  sample.batch.id = at::tensor({10, 11, 12}, at::kLong);
  sample.draws = {{"t", row_of({0.0, 0.1, 0.2})},
                  {"mask", at::tensor({1, 2, 3, 4, 5, 6}, at::kLong).view({3, 2})}};
  const Sample taken = sample.rows(at::tensor({2, 0, 2}, at::kLong));
  CHECK(taken.batch.x0().equal(row_of({2, 0, 2}).unsqueeze(1)));
  CHECK(taken.batch.id.equal(at::tensor({12, 10, 12}, at::kLong)));
  CHECK(taken["t"].equal(row_of({0.2, 0.0, 0.2})));
  CHECK(taken["mask"].equal(at::tensor({5, 6, 1, 2, 5, 6}, at::kLong).view({3, 2})));
  CHECK(taken.draws.size() == 2);
}

TEST_CASE("A tensor is a loss without terms", "[objective]") {
  const weir::Loss loss = row_of({1, 2});
  CHECK(loss.rows.equal(row_of({1, 2})));
  CHECK(loss.terms.empty());
}

TEST_CASE("Rows of a finite set have its numbers and classes, those of a law the classes that come with them",
          "[objective]") {
  const Tensor points = row_of({5, 6, 7, 8}).unsqueeze(1), labels = at::tensor({0, 1, 2, 0}, at::kLong);
  const ItemSet known(points, labels, 3), plain(points);
  weir::Rng one(4, "rows", f64), same(4, "rows", f64), third(4, "rows", f64);
  const weir::Batch batch = weir::drawn_from(known, 40, one);
  CHECK(batch.points.size() == 1);
  CHECK(batch.id.equal(same.integers(4, {40})));
  CHECK(batch.items.at(0).equal(batch.id));
  CHECK(batch.x0().equal(points.index_select(0, batch.id)));
  CHECK(batch.context.at("label").equal(labels.index_select(0, batch.id)));
  CHECK(batch.unit.equal(at::arange(40, at::kLong)));
  CHECK(weir::drawn_from(plain, 40, third).context.empty());

  const Sided law;
  weir::Rng drawn(4, "rows", f64), again(4, "rows", f64);
  const weir::Batch of_law = weir::drawn_from(law, 40, drawn);
  CHECK(of_law.x0().equal(again.normal({40, 2})));
  CHECK(of_law.context.at("label").equal((of_law.x0().select(1, 0) > 0).to(at::kLong)));
  CHECK_FALSE(of_law.items.at(0).defined());
  CHECK(of_law.id.equal(at::arange(40, at::kLong)));
}
