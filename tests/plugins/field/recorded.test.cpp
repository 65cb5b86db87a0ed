// tests/plugins/field/recorded.test.cpp -- fields from records: the numbers that are there, and what does not fit.
#include <limits>

#include <weir/kinds/flow/field.hpp>
#include <weir/record/arrays_file.hpp>

#include "../values.hpp"
#include "recorded.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::Params;
using weir::Tensor;

const json narrow{{"width", 8}, {"depth", 2}};

Params params_of(const weir::Field& field, std::uint64_t seed = 9, const weir::Shape& item = {2}) {
  weir::Rng rng(seed, "init", field.options());
  return field.init(item, rng);
}

// A record of an MLP under `train`, its average scaled by 2, and the field that is made of it.
struct Made {
  explicit Made(const json& given = json::object(), const json& model_params = narrow,
                const at::TensorOptions& options = f64)
      : trained(params_of(*make<weir::Field>("field/mlp", narrow))),
        model(make<weir::Field>("field/mlp", model_params, options)) {
    write_record(file(), "train", {{"params", trained}, {"ema_params", scaled(trained)}},
                 {{"plugin", "field/mlp"}, {"params", {{"width", 8}, {"depth", 2}, {"activation", "silu"}}}});
    json params{{"file", file()}, {"node", "train"}};
    params.update(given);
    field = make<weir::Field>("field/recorded", params, options);
    bind(*field, "model", *model);
  }
  static Params scaled(const Params& params) {
    std::vector<Tensor> values;
    for (const Tensor& value : params.values()) values.push_back(2 * value);
    return params.with(values);
  }
  std::string file() const { return scratch / "out.h5"; }
  // The faults of the field itself, or those of its use for points of this shape.
  std::string fault(const weir::Shape& item = {2}) {
    weir::Faults faults = plan(*field);
    if (faults.empty()) {
      weir::Plan use([](const std::string& key) { return weir::Place{.file = key}; }, faults);
      field->plan_for(item, use);
    }
    if (faults.empty()) return "";
    CHECK(faults.size() == 1);
    return faults[0].place.file + ": " + faults[0].message + "; " + faults[0].remedy;
  }

  Scratch scratch;
  Params trained;
  std::unique_ptr<weir::Field> model, field;
};

}  // namespace

TEST_CASE("A recorded field has the parameters of the record, whatever the seed, and the model's velocity",
          "[field][recorded]") {
  Made last, averaged(json{{"which", "ema"}}), single(json::object(), narrow, f32);
  for (Made* made : {&last, &averaged, &single}) {
    REQUIRE(made->fault() == "");
    QuietRun quiet;
    made->field->run(quiet);
    CHECK(made->field->taped());
  }
  const Params twice = Made::scaled(last.trained);
  for (const std::uint64_t seed : {1, 2})
    for (const auto& [name, value] : last.trained.tensors()) {
      CHECK(params_of(*last.field, seed)[name].equal(value));
      CHECK(params_of(*averaged.field, seed)[name].equal(twice[name]));
      CHECK(params_of(*single.field, seed)[name].equal(value.to(at::kFloat)));
    }
  const Tensor x = weir::Rng(1, "x", f64).at("x").normal({5, 2}),
               t = weir::Rng(1, "x", f64).at("t").uniform({5});
  CHECK(last.field->velocity(params_of(*last.field), x, t).equal(last.model->velocity(last.trained, x, t)));
  params_of(*last.field).values()[0].zero_();  // a copy
  CHECK(params_of(*last.field).values()[0].equal(last.trained.values()[0]));
}

TEST_CASE("A recorded field is of an affine transport where its model is", "[field][recorded]") {
  const auto recorded = make<weir::Field>("field/recorded", {{"file", "/nowhere.h5"}, {"node", "train"}});
  const auto network = make<weir::Field>("field/mlp", narrow), affine = make<weir::Field>("field/affine");
  bind(*recorded, "model", *network);
  CHECK_FALSE(weir::facet<weir::AffineVelocity>(*recorded));
  bind(*recorded, "model", *affine);
  const Params params({{"Theta", at::full({1, 1}, 2, f64)}, {"theta", at::full({1}, 3, f64)}});
  REQUIRE(weir::facet<weir::AffineVelocity>(*recorded));
  CHECK(number(weir::facet<weir::AffineVelocity>(*recorded)->at(params).matrix) == 2);
  CHECK(number(weir::facet<weir::AffineVelocity>(*recorded)->at(params).shift) == 3);
}

TEST_CASE("What a record does not hold is said at plan, with what there is", "[field][recorded]") {
  CHECK(Made(json{{"file", "/nowhere.h5"}}).fault() == "file: there is no file '/nowhere.h5'; ");
  Made made;
  const std::string file = "'" + made.file() + "'";
  const auto message = [](Made& of) { return of.fault(); };
  Made other(json{{"node", "trian"}}), best(json{{"which", "best"}});
  CHECK(message(other) ==
        "node: '" + other.file() + "' holds no parameters of a node 'trian'; it holds those of train");
  CHECK(message(best) == "which: '" + best.file() +
                             "' holds no best_params/* of 'train'; it holds ema_params, params; a training "
                             "keeps them with a probe such as early_stopping");
  Made step(json{{"step", 5}});
  CHECK(message(step) == "step: '" + step.file() +
                             "' holds no snapshots/* of 'train'; it holds ema_params, params; a training "
                             "keeps them with snapshots: [100, 500], say");
  weir::write_arrays(made.file(), {{"x", weir::array_of(at::zeros({2}))}});
  CHECK(message(made) == "file: " + file + " is not a record of weir; name a file that weir run wrote");
}

TEST_CASE("A model that is not the recorded one is a fault with the recorded one", "[field][recorded]") {
  const std::string there = "; there it is {plugin: field/mlp, activation: silu, depth: 2, width: 8}";
  Made tanh(json::object(), {{"width", 8}, {"depth", 2}, {"activation", "tanh"}});
  CHECK(tanh.fault() == "model: the model of 'train' in '" + tanh.file() +
                            "' has activation: \"silu\", and this one \"tanh\"" + there);
  Made wide(json::object(), {{"width", 16}, {"depth", 2}});
  CHECK(wide.fault() ==
        "model: the model of 'train' in '" + wide.file() + "' has width: 8, and this one 16" + there);
  Made made;
  CHECK(made.fault({3}) == ": 'field' of node 'train' in '" + made.file() +
                               "' has net.0.weight of shape [8, 3], and this model [8, 4]" + there);
}

TEST_CASE("A recorded field is a snapshot of its training where it is asked for a step",
          "[field][recorded]") {
  const Scratch scratch;
  const std::string file = scratch / "out.h5";
  const auto mlp = make<weir::Field>("field/mlp", narrow);
  const Params early = params_of(*mlp, 1), late = params_of(*mlp, 2), critic = params_of(*mlp, 3);
  const auto stacked = [](const Params& first, const Params& second) {
    std::vector<Tensor> rows;
    for (const auto& [name, value] : first.tensors()) rows.push_back(at::stack({value, second[name]}));
    return first.with(rows);
  };
  write_record(file, "train",
               {{"params", late},
                {"snapshots", stacked(early, late)},
                {"ema_snapshots", stacked(late, early)},
                {"critic_params", critic}},
               {{"plugin", "field/mlp"}, {"params", narrow}},
               {{"snapshot_steps", at::tensor({5, 90, -1}, at::kLong)}});
  const auto field = [&](const json& given) {
    json params{{"file", file}, {"node", "train"}};
    params.update(given);
    auto made = make<weir::Field>("field/recorded", params);
    bind(*made, "model", *mlp);
    return made;
  };
  for (const auto& [given, expected] :
       {std::pair(json{{"step", 5}}, &early), std::pair(json{{"step", 90}}, &late),
        std::pair(json{{"step", 5}, {"which", "ema"}}, &late),
        std::pair(json{{"which", "critic"}}, &critic)}) {
    INFO(given);
    const auto made = field(given);
    run(*made);
    weir::Faults faults;
    weir::Plan use([](const std::string& key) { return weir::Place{.file = key}; }, faults);
    made->plan_for(weir::Shape{2}, use);
    CHECK(faults.empty());
    for (const auto& [name, value] : expected->tensors()) CHECK(params_of(*made)[name].equal(value));
  }
  CHECK(plan(*field({{"step", 6}})).at(0).message ==
        "'" + file + "' holds no snapshot of 'train' after step 6; it holds those after 5, 90");
  CHECK(plan(*field({{"step", 5}, {"which", "best"}})).at(0).message ==
        "snapshots are of the field and its average, and which is best");
}

TEST_CASE("Parameters of a training that has not finished are no numbers, and it says so",
          "[field][recorded]") {
  Made made;
  write_record(made.file(), "train",
               {{"params", made.trained.with([&] {
                   std::vector<Tensor> missing;
                   for (const Tensor& value : made.trained.values())
                     missing.push_back(at::full_like(value, std::numeric_limits<double>::quiet_NaN()));
                   return missing;
                 }())}},
               {{"plugin", "field/mlp"}, {"params", narrow}});
  CHECK_THROWS_WITH(run(*made.field), Catch::Contains("of '" + made.file() +
                                                      "' is not written: a trainer's "
                                                      "parameters are when it has finished"));
}
