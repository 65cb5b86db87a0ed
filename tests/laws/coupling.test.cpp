// tests/laws/coupling.test.cpp -- laws of every coupling.
#include <weir/kinds/coupling.hpp>
#include <weir/math/distance.hpp>

#include "../plugins/values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Batch;
using weir::Coupling;
using weir::Tensor;

void keeps_its_shape(const Coupling& coupling) {
  for (const std::int64_t n : {1, 6}) {
    weir::Rng rng(1, "shape", f64);
    const Batch batch = coupling.draw(n, rng);
    CHECK(batch.size() == n);
    CHECK(batch.x0().sizes() == weir::rows_of(n, coupling.shape()));
    CHECK(batch.x1().sizes() == weir::rows_of(n, coupling.shape()));
    CHECK(batch.id.scalar_type() == at::kLong);
    CHECK(batch.id.sizes() == at::IntArrayRef({n}));
    CHECK(batch.unit.equal(coupling.dependent_rows() ? at::zeros({n}, at::kLong) : at::arange(n, at::kLong)));
  }
}

void is_addressed_by_its_seed(const Coupling& coupling) {
  const auto draw = [&](std::uint64_t seed) {
    weir::Rng rng(seed, "seed", f64);
    return coupling.draw(12, rng);
  };
  CHECK(draw(1).x0().equal(draw(1).x0()));
  CHECK(draw(1).x1().equal(draw(1).x1()));
  CHECK_FALSE(draw(1).x0().equal(draw(2).x0()));
}

// Pairs 0..N-1 in order, the same as the outputs; draws are rows of them, with their number.
void has_fixed_pairs(const Coupling& coupling) {
  const Batch all = coupling.all();
  CHECK(all.size() == *coupling.size());
  CHECK(all.id.equal(at::arange(*coupling.size(), at::kLong)));
  CHECK(value_of(coupling, "x0").equal(all.x0()));
  CHECK(value_of(coupling, "x1").equal(all.x1()));
  CHECK(value_of(coupling, "id").equal(all.id));
  for (const int end : {0, 1}) {  // an end that comes from a finite set says which item it is
    const weir::Source* set = coupling.set_of(end);
    CHECK(coupling.output(end == 0 ? "x0_item" : "x1_item")->planned() == (set != nullptr));
    if (set)
      CHECK(set->items(value_of(coupling, end == 0 ? "x0_item" : "x1_item"))
                .equal(end == 0 ? all.x0() : all.x1()));
  }
  weir::Rng rng(2, "rows", f64);
  const Batch drawn = coupling.draw(200, rng);
  CHECK(drawn.x0().equal(all.x0().index_select(0, drawn.id)));
  CHECK(drawn.x1().equal(all.x1().index_select(0, drawn.id)));
  // 200 draws of 16 pairs leave a pair out with probability 16 (15/16)^200 = 4e-5; without replacement there would be 16.
  CHECK(std::get<0>(at::_unique(drawn.id)).numel() == *coupling.size());
}

struct Case {
  std::string plugin;
  json params;
  std::vector<std::string> ports;
};

const std::vector<Case>& cases() {
  static const json fixed = {{"fixed", 16}};
  static const std::vector<Case> all{{"coupling/independent", {{"draw", fixed}}, {"source", "target"}},
                                     {"coupling/independent", {{"draw", "fresh"}}, {"source", "target"}},
                                     {"coupling/ot", {{"draw", fixed}}, {"source", "target"}},
                                     {"coupling/ot", {{"draw", "fresh"}}, {"source", "target"}},
                                     {"coupling/affine", {{"draw", fixed}, {"angle", 1.0}}, {"source"}},
                                     {"coupling/affine", {{"draw", "fresh"}, {"angle", 1.0}}, {"source"}},
                                     {"coupling/shuffled", json::object(), {"coupling"}},
                                     {"coupling/rematched", json::object(), {"coupling"}}};
  return all;
}

}  // namespace

TEST_CASE("Every registered coupling is among the cases of its laws", "[laws][coupling]") {
  // coupling/given takes tensors: tests/plugins/coupling/given.test.cpp.
  CHECK(uncovered("coupling", cases(), {"coupling/given"}).empty());
}

TEST_CASE("Every coupling keeps the laws of couplings", "[laws][coupling]") {
  const Case& of = cases()[static_cast<std::size_t>(GENERATE(range(0, static_cast<int>(cases().size()))))];
  const bool finite = GENERATE(false, true);
  INFO(of.plugin << " " << of.params << (finite ? " of finite sets" : ""));
  weir::Rng rng(5, "items", f64);
  const auto gaussian = make<weir::Source>("source/gaussian", {{"shape", {1, 2, 3}}});
  run(*gaussian);
  ItemSet set(rng.normal({16, 1, 2, 3}));
  weir::Source& source = finite ? static_cast<weir::Source&>(set) : *gaussian;
  const auto inner = make<Coupling>("coupling/independent", {{"draw", {{"fixed", 16}}}}, f64, 0, "inner");
  weir::tests::bind(*inner, "source", source);
  weir::tests::bind(*inner, "target", source);
  run(*inner);
  const auto made = [&] {
    auto coupling = make<Coupling>(of.plugin, of.params);
    for (const std::string& port : of.ports)
      weir::tests::bind(*coupling, port, port == "coupling" ? static_cast<weir::Node&>(*inner) : source);
    run(*coupling);
    return coupling;
  };
  const auto coupling = made();

  keeps_its_shape(*coupling);
  is_addressed_by_its_seed(*coupling);
  if (coupling->size()) {
    has_fixed_pairs(*coupling);
    CHECK((coupling->set_of(0) != nullptr) == finite);
    CHECK(made()->all().x1().equal(coupling->all().x1()));  // made again from the same seed
    if (finite)
      CHECK((weir::SquaredDistances(coupling->all().x0()).from(coupling->all().x0()) == 0)
                .sum()
                .item<std::int64_t>() == 16);
  }
}
