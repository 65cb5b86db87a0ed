// tests/plugins/metric/features.test.cpp -- features of a network saved from Python, and what is refused.
#include "fixed_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using weir::Metric;
using weir::Tensor;

namespace {

const std::string folder = WEIR_SOURCE_DIR "/tests/plugins/metric/";

struct Made {
  Made(const std::string& file, const Tensor& x, const at::TensorOptions& options = f64)
      : points(x), metric(make<Metric>("metric/features", {{"file", file}, {"chunk", 2}}, options)) {
    bind(*metric, "points", points, "value");
  }
  Values points;
  std::unique_ptr<Metric> metric;
};

const Tensor three = row_of({0.5, -0.25, 1, 0.75, -2, 0.125}).view({3, 2});

}  // namespace

TEST_CASE("Features are what PyTorch gives for the points", "[metric][features]") {
  // print(torch.jit.load("features.pt").double()(x)), PyTorch 2.11
  const Tensor wanted = row_of({0.21532633966578324, 0.03904264390418592, 0.3852839662694723,
                                0.330821117493628, 0.9966512013925798, 0.9874201957262151,
                                -0.9909231365504092, -0.9988901180985712, 0.13203707039220292})
                            .view({3, 3});
  Made made(folder + "features.pt", three);
  run(*made.metric);
  CHECK(value_of(*made.metric, "features").allclose(wanted, 1e-12, 1e-14));
  Made narrow(folder + "features.pt", three.to(at::kFloat), f32);
  run(*narrow.metric);
  CHECK(value_of(*narrow.metric, "features").to(at::kDouble).allclose(wanted, 1e-5, 1e-6));
  // Points of any shape, in one row each.
  Made image(folder + "features.pt", three.view({3, 1, 2}));
  run(*image.metric);
  CHECK(value_of(*image.metric, "features").equal(value_of(*made.metric, "features")));
}

TEST_CASE("A Frechet distance is taken of features as of points", "[metric][features]") {
  Made x(folder + "features.pt", cube_points()), y(folder + "features.pt", box_points());
  run(*x.metric);
  run(*y.metric);
  const auto metric = make<Metric>("metric/frechet");
  bind(*metric, "samples", *x.metric, "features");
  bind(*metric, "points", *y.metric, "features");
  run(*metric);
  CHECK(number(value_of(*metric, "frechet")) ==
        Approx(Compared("metric/frechet", value_of(*x.metric, "features"),
                        value_of(*y.metric, "features"))("frechet"))
            .epsilon(1e-14));
}

TEST_CASE("What gives no features of a point is refused", "[metric][features]") {
  const auto message = [](const std::string& file) {
    Made made(file, three);
    const weir::Faults faults = plan(*made.metric);
    REQUIRE(faults.size() == 1);
    return faults[0].message;
  };
  CHECK(message(folder + "absent.pt") == "there is no file '" + folder + "absent.pt'");
  CHECK(message(folder + "features_dropout.pt") ==
        "'" + folder + "features_dropout.pt' gives other features each time that it is asked");
  CHECK(message(folder + "features_norm.pt") ==
        "'" + folder + "features_norm.pt' gives a point other features when other points come with it");
  const std::string field = WEIR_SOURCE_DIR "/tests/plugins/field/";
  CHECK_THAT(message(field + "torchscript.pt"),
             Catch::Contains("torchscript.pt' fails at x of shape [4, 2]: ") && Catch::Contains("'t'"));
  CHECK_THAT(message(field + "state_dict.pt"), Catch::Contains("is not a module saved by torch.jit: "));
}
