// tests/plugins/field/dit.test.cpp -- the transformer beside the same network in PyTorch, its start and its faults.
#include <cmath>

#include <weir/kinds/flow/field.hpp>

#include "../make.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using weir::Tensor;

// The parameters of the n-th layer: weight i is sin(i + 1 + n) / 3, bias i is cos(i + 1 + n) / 3.
weir::Params known(const weir::Params& params) {
  const std::vector<std::string> layers{"time.0",
                                        "time.2",
                                        "in",
                                        "block.0.shift",
                                        "block.0.qkv",
                                        "block.0.attention",
                                        "block.0.mlp.0",
                                        "block.0.mlp.2",
                                        "block.1.shift",
                                        "block.1.qkv",
                                        "block.1.attention",
                                        "block.1.mlp.0",
                                        "block.1.mlp.2",
                                        "out_shift",
                                        "out"};
  REQUIRE(params.values().size() == 2 * layers.size());
  double n = 0;
  for (const std::string& layer : layers) {
    ++n;
    for (const char* part : {".weight", ".bias"}) {
      const Tensor& value = params[layer + part];
      const Tensor i = at::arange(value.numel(), f64) + 1 + n;
      value.copy_((std::string(part) == ".weight" ? i.sin() : i.cos()).view(value.sizes()) / 3);
    }
  }
  return params;
}

std::string fault_at(const weir::Shape& item, const nlohmann::json& params = nlohmann::json::object()) {
  weir::Faults faults;
  weir::Plan plan([](const std::string& key) { return weir::Place{.file = key}; }, faults);
  make<weir::Field>("field/dit", params)->plan_for({item}, plan);
  return faults.empty() ? "" : faults[0].message;
}

}  // namespace

// The same network with torch.nn.functional in PyTorch 2.11: unfold and fold for the patches, layer_norm, scaled_dot_product_attention,
// gelu, at x = cos(1 .. 96) of two images {2, 4, 6} and t = (0.3, 0.8).
TEST_CASE("A transformer gives what the same network gives in PyTorch", "[field][dit]") {
  const auto field = make<weir::Field>(
      "field/dit", {{"width", 8}, {"depth", 2}, {"heads", 2}, {"patch", 2}, {"features", 4}});
  weir::Rng rng(1, "dit", f64);
  const weir::Params params = known(field->init({2, 4, 6}, rng));
  const Tensor x = (at::arange(96, f64) + 1).cos().view({2, 2, 4, 6}), t = at::tensor({0.3, 0.8}, f64);
  const Tensor v = field->velocity(params, x, t).flatten();
  const Tensor first =
      at::tensor({-1.4335950262919714, 0.9652499683152956, -0.6978270442753128, 1.4274264257110294,
                  -0.514167448776206, 1.4282446075958666, 1.0269021128919942, -0.9621807236421775},
                 f64);
  CHECK(at::allclose(v.narrow(0, 0, 8), first, 1e-10, 1e-12));
  CHECK(at::allclose(
      v.narrow(0, 92, 4),
      at::tensor({-0.8074748975112203, -1.6120897552602758, -1.0054805088629164, -1.133736505809361}, f64),
      1e-10, 1e-12));
  CHECK(v.abs().sum().item<double>() == Approx(85.15649329466501).epsilon(1e-10));
}

TEST_CASE("A transformer starts as the zero field, of images and of words, and knows places apart",
          "[field][dit]") {
  for (const weir::Shape& item : {weir::Shape{1, 4, 4}, weir::Shape{5, 3}}) {
    const auto field = make<weir::Field>("field/dit", {{"width", 8}, {"heads", 2}, {"depth", 1}});
    weir::Rng rng(1, "dit", f64);
    weir::Params params = field->init(item, rng);
    const Tensor x = rng.at("x").normal(weir::rows_of(1, item)), t = at::full({1}, 0.3, f64);
    CHECK(field->velocity(params, x, t).abs().max().item<double>() == 0);
    params["out.weight"].copy_(rng.at("out").normal(params["out.weight"].sizes()));
    const Tensor v = field->velocity(params, x, t), turned = field->velocity(params, x.flip(-2), t);
    CHECK(v.isfinite().all().item<bool>());
    CHECK_FALSE(at::allclose(v.flip(-2), turned, 1e-6, 1e-9));
  }
}

TEST_CASE("A transformer's faults state rule, value and remedy", "[field][dit]") {
  const weir::Faults width = plan(*make("field/dit", {{"width", 6}, {"heads", 4}}));
  REQUIRE(width.size() == 2);
  CHECK(width[0].message == "width is a multiple of 4 (sines and cosines of row and column), not 6");
  CHECK(width[1].message == "4 heads do not divide a width of 6");
  CHECK(fault_at({1, 7, 8}) == "patches of 2 x 2 do not fill images of 7 x 8");
  CHECK(fault_at({2}) ==
        "field/dit is for images {channel, height, width} and words {token, category}, and these items have "
        "1 dimension");
  CHECK(fault_at({5, 3}).empty());
}
