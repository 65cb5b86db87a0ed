// tests/plugins/field/context.test.cpp -- what a field is told beside x and t: how it enters, and what is said where it is missing.
#include <weir/kinds/flow/field.hpp>

#include "../values.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Domain;
using weir::Tensor;

weir::Faults faults_of(const weir::Field& field, const Domain& domain) {
  weir::Faults faults;
  weir::Plan plan([](const std::string& key) { return weir::Place{.file = key}; }, faults);
  field.plan_for(domain, plan);
  return faults;
}

std::string fault_of(const weir::Field& field, const Domain& domain) {
  const weir::Faults faults = faults_of(field, domain);
  return faults.empty() ? "none" : faults.front().message;
}

Domain labelled(std::int64_t classes) { return {{2}, {{"label", {.shape = {}, .classes = classes}}}}; }

Tensor labels(const std::vector<std::int64_t>& of) { return at::tensor(of, at::kLong); }

}  // namespace

TEST_CASE("A label is a one-hot input of an MLP's first layer, a vector enters as it is", "[field]") {
  const auto field = make<weir::Field>("field/mlp", {{"width", 5}, {"depth", 1}, {"activation", "tanh"}});
  weir::Rng rng(1, "init", f64);
  const Domain domain({2}, {{"label", {.shape = {}, .classes = 3}}, {"y", {.shape = {2, 2}}}});
  const weir::Params p = field->init(domain, rng);
  CHECK(p["context.label.weight"].sizes() == at::IntArrayRef({5, 3}));
  CHECK(p["context.y.weight"].sizes() == at::IntArrayRef({5, 4}));
  const weir::Rng draw(2, "points", f64);
  const Tensor x = draw.at("x").normal({3, 2}), t = draw.at("t").uniform({3}),
               y = draw.at("y").normal({3, 2, 2});
  const Tensor hot = at::tensor({0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0}, f64).view({3, 3});
  const Tensor h = at::linear(at::cat({x, t.unsqueeze(1)}, 1), p["net.0.weight"], p["net.0.bias"]) +
                   at::linear(hot, p["context.label.weight"], p["context.label.bias"]) +
                   at::linear(y.flatten(1), p["context.y.weight"], p["context.y.bias"]);
  const Tensor by_hand = at::linear(h.tanh(), p["net.2.weight"], p["net.2.bias"]);
  const Tensor v = field->velocity(p, x, t, {{"label", labels({2, -1, 0})}, {"y", y}});
  CHECK((v - by_hand).abs().max().item<double>() < 1e-14);
}

TEST_CASE("A vector of integers is a vector, no label", "[field]") {
  const auto field = make<weir::Field>("field/mlp", {{"width", 5}, {"depth", 1}});
  weir::Rng rng(1, "init", f64);
  const weir::Params p = field->init({{2}, {{"y", {.shape = {2}}}}}, rng);
  const Tensor x = at::zeros({3, 2}, f64), t = at::zeros({3}, f64),
               y = labels({0, 1, 1, 0, 7, -3}).view({3, 2});
  CHECK(field->velocity(p, x, t, {{"y", y}}).equal(field->velocity(p, x, t, {{"y", y.to(at::kDouble)}})));
  CHECK(weir::left_out({{"y", y}}).at("y").equal(at::zeros_like(y)));
  CHECK(weir::left_out({{"label", y[0]}}).at("label").equal(labels({-1, -1})));
}

TEST_CASE("Without context a network has the parameters and the numbers that it has always had", "[field]") {
  const auto field = make<weir::Field>("field/mlp", {{"width", 5}, {"depth", 2}});
  weir::Rng one(1, "init", f64), other(1, "init", f64);
  const weir::Params plain = field->init({2}, one), told = field->init(labelled(4), other);
  for (const auto& [name, value] : plain.tensors()) CHECK(value.equal(told[name]));
  CHECK(told.tensors().size() == plain.tensors().size() + 2);
}

TEST_CASE("A field that is asked without its context, or with a label that is no class, says so", "[field]") {
  const auto field = make<weir::Field>("field/mlp", {{"width", 5}, {"depth", 1}});
  weir::Rng rng(1, "init", f64);
  const weir::Params p = field->init(labelled(3), rng);
  const Tensor x = at::zeros({2, 2}, f64), t = at::zeros({2}, f64);
  CHECK_THROWS_WITH(field->velocity(p, x, t),
                    "this field takes 'label' beside x and t, and is asked without it");
  CHECK_THROWS_WITH(field->velocity(p, x, t, {{"label", labels({0, 3})}}),
                    "'label' 3 is none of the 3 classes, which are 0 to 2");
  CHECK_THROWS_WITH(field->velocity(p, x, t, {{"label", at::zeros({2}, f64)}}),
                    "'label' is one class for each row, which are integers");
  CHECK(fault_of(*field, {{2}, {{"label", {.shape = {}}}}}) ==
        "how many classes 'label' has is not known here, so that a network cannot be made for it");
}

TEST_CASE("Fields that know x and t alone refuse context at plan", "[field]") {
  CHECK(fault_of(*make<weir::Field>("field/affine"), labelled(3)) ==
        "this field knows x and t alone, and is given 'label' beside them");
  CHECK(fault_of(*make<weir::Field>("field/affine"), {2}) == "none");
}

TEST_CASE("A trained field is asked with the context of its training, no more and no less", "[field]") {
  const auto model = make<weir::Field>("field/mlp", {{"width", 5}, {"depth", 1}});
  const weir::Fitted told(*model, labelled(3)), plain(*model, {2});
  CHECK(fault_of(told, labelled(3)) == "none");
  CHECK(fault_of(told, {{2}, {{"label", {.shape = {}}}}}) == "none");  // how many classes, it knows itself
  CHECK(fault_of(told, {2}) ==
        "this field was trained with 'label' beside x and t, and is asked here without it");
  CHECK(fault_of(told, {{2}, {{"label", {.shape = {4}}}}}) ==
        "this field was trained with 'label' of another shape than it is given here");
  CHECK(fault_of(plain, labelled(3)) == "this field was trained without 'label', which it is given here");
  Domain guided = labelled(3);
  guided.left_out = true;
  CHECK(fault_of(told, guided) ==
        "guidance compares with the field without its context, and this field never met a row without it");
  CHECK(fault_of(weir::Fitted(*model, guided), guided) == "none");
}
