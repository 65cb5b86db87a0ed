// tests/plugins/source/labelled.test.cpp -- one class for all points, of a distribution and of a set.
#include <weir/kinds/facets/moments.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Source;
using weir::Tensor;

TEST_CASE("All points of a distribution and all items of a set have the given class", "[source][labelled]") {
  const json params{{"label", 3}, {"classes", 5}};
  auto base = make<Source>("source/gaussian", {{"dim", 2}, {"scale", 0.5}});
  run(*base);
  auto drawn = make<Source>("source/labelled", params);
  bind(*drawn, "of", *base);
  REQUIRE(plan(*drawn).empty());
  run(*drawn);
  weir::Rng rng(7, "test", f64), again(7, "test", f64);
  const Source::Drawn points = drawn->draw(100, rng);
  CHECK(points.x.equal(base->sample(100, again)));
  CHECK(points.label.equal(at::full({100}, 3, at::kLong)));
  CHECK(*drawn->classes() == 5);
  CHECK(weir::facet<weir::Moments>(*drawn));

  ItemSet set(at::arange(6, f64).view({6, 1}), at::tensor({0, 1, 0, 1, 0, 1}, at::kLong), 2);
  auto relabelled = make<Source>("source/labelled", params);
  bind(*relabelled, "of", set);
  REQUIRE(plan(*relabelled).empty());
  run(*relabelled);
  CHECK(relabelled->labels().equal(at::full({6}, 3, at::kLong)));
  CHECK(*relabelled->size() == 6);
}

TEST_CASE("A class that there is not is a fault", "[source][labelled]") {
  auto base = make<Source>("source/gaussian", {{"dim", 2}});
  auto labelled = make<Source>("source/labelled", {{"label", 5}, {"classes", 5}});
  bind(*labelled, "of", *base);
  CHECK(plan(*labelled).at(0).message.find("label is 5, and there are 5 classes, 0 to 4") !=
        std::string::npos);
}
