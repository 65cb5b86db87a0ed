// tests/plugins/field/unet.test.cpp -- sizes and start of the U-Net, its velocities beside PyTorch's, and its faults.
#include <weir/kinds/flow/field.hpp>

#include "../values.hpp"
#include "../waves.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Tensor;

TEST_CASE("A unet gives images back in their own size, odd and small ones too", "[field][unet]") {
  const weir::Shape item =
      GENERATE(weir::Shape{1, 28, 28}, weir::Shape{3, 64, 64}, weir::Shape{2, 7, 5}, weir::Shape{1, 1, 1});
  const auto field = make<weir::Field>("field/unet", {{"width", 4}, {"multipliers", {1, 2, 3}}}, f32);
  weir::Rng rng(1, "unet", f32);
  const weir::Params params = field->init(item, rng);
  const Tensor x = rng.at("x").normal(weir::rows_of(2, item));
  CHECK(field->velocity(params, x, at::full({2}, 0.3f)).sizes() == x.sizes());
}

TEST_CASE("A unet starts as the zero field and leaves it when its last layer does", "[field][unet]") {
  const auto field = make<weir::Field>("field/unet", {{"width", 6}, {"blocks", 2}});
  weir::Rng rng(1, "unet", f64);
  weir::Params params = field->init({1, 9, 9}, rng);
  const Tensor x = rng.at("x").normal({2, 1, 9, 9});
  const Tensor t = at::full({2}, 0.3, f64);
  CHECK(field->velocity(params, x, t).abs().max().item<double>() == 0);

  params["out.weight"].fill_(0.1);
  const Tensor v = field->velocity(params, x, t);
  CHECK(v.std().item<double>() > 1e-3);
  // Time, and each of the two images alone, matter.
  CHECK_FALSE(at::allclose(v, field->velocity(params, x, t + 0.2), 1e-6, 1e-9));
  CHECK(at::allclose(v.slice(0, 1, 2), field->velocity(params, x.slice(0, 1, 2), t.slice(0, 1, 2)), 1e-10,
                     1e-12));
}

TEST_CASE("A unet has the velocities of its layers assembled in PyTorch", "[field][unet]") {
  const auto field =
      make<weir::Field>("field/unet", {{"width", 8}, {"multipliers", {1, 2}}, {"features", 6}});
  weir::Rng rng(1, "unet", f64);
  const weir::Params params = waves(field->init({{2, 5, 3}, {{"label", {.shape = {}, .classes = 3}}}}, rng));
  const Tensor v = field
                       ->velocity(params, at::sin(at::arange(60, f64)).view({2, 2, 5, 3}), row_of({0.1, 0.6}),
                                  {{"label", at::tensor({2, 0}, at::kLong)}})
                       .flatten();
  // Printed by unet.py beside this file; all layers and parameters have their part in every number.
  CHECK(params.tensors().size() == 72);
  CHECK(at::allclose(v.slice(0, 0, 60, 11),
                     row_of({0.110962729878452, 0.163342087050549, 0.286898604898431, 0.0581573355963333,
                             0.376730705831679, 0.198734586973927}),
                     0, 1e-12));
  CHECK(number(v.dot(at::cos(at::arange(60, f64)))) == Approx(0.384264952322949).epsilon(1e-11));
}

TEST_CASE("A unet's faults state rule and value", "[field][unet]") {
  CHECK(plan(*make("field/unet", {{"multipliers", {1, 1.5}}})).at(0).message ==
        "multipliers must be whole numbers, not 1.5");
  CHECK(plan(*make("field/unet", {{"multipliers", nlohmann::json::array()}})).at(0).message ==
        "multipliers must have a number for each level, and has none");
  CHECK(plan(*make("field/unet", {{"width", 4096}, {"multipliers", {1, 3}}})).at(0).message ==
        "width 4096 times multiplier 3 are more than 8192 channels");
  weir::Faults faults;
  weir::Plan plan([](const std::string& key) { return weir::Place{.file = key}; }, faults);
  make<weir::Field>("field/unet")->plan_for({2}, plan);
  CHECK(faults.at(0).message ==
        "field/unet is for images {channel, height, width}, and these items have 1 dimension");
}
