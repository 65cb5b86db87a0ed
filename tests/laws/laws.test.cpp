// tests/laws/laws.test.cpp -- the laws of each kind (tools/check/laws), held to every registered plugin of it.
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#include <stb/stb_image_write.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <regex>
#include <set>

#include <check/bench/broken.hpp>
#include <check/laws/laws.hpp>
#include <check/laws/world.hpp>
#include <weir/record/arrays_file.hpp>

#include "../plugins/field/recorded.hpp"
#include "../plugins/trainer/record.hpp"
#include "../plugins/trainer/training.hpp"
#include "../plugins/values.hpp"
#include "pipelines.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

namespace {

using namespace weir::tests;
using nlohmann::json;
using weir::conformance::Law;
using weir::conformance::laws_of;
using weir::conformance::Subject;

struct Case {
  std::string plugin;
  json params = json::object();
  std::filesystem::path with{};  // a pipeline for a plugin that fits into none of the check's
};

// Holds a plugin to the laws of its kind; returns those that have nothing to say of it.
std::set<std::string> silent_laws(const Case& of) {
  const Subject subject{&built_plugins(), built_plugin(of.plugin), of.params, of.with};
  std::set<std::string> silent;
  for (const Law& law : laws_of(subject.schema.kind)) {
    INFO(of.plugin << " " << of.params << ": " << law.name);
    std::string broken;
    try {
      law.hold(subject);
    } catch (const weir::conformance::Skipped&) {
      silent.insert(law.name);
    } catch (const std::exception& error) {
      broken = error.what();
    }
    CHECK(broken == "");
  }
  return silent;
}

// Every plugin of the kind is among the cases, and every law has something to say of one.
void hold(const std::string& kind, const std::vector<Case>& cases) {
  for (const std::string& id : plugins_of(kind)) {
    INFO(id);
    CHECK(std::ranges::find(cases, id, &Case::plugin) != cases.end());
  }
  std::set<std::string> silent;
  for (const Law& law : laws_of(kind)) silent.insert(law.name);
  REQUIRE_FALSE(silent.empty());
  for (const Case& of : cases) {
    std::set<std::string> still;
    std::ranges::set_intersection(silent, silent_laws(of), std::inserter(still, still.end()));
    silent = still;
  }
  CHECK(silent == std::set<std::string>{});
}

std::vector<Case> with_defaults(const std::string& kind) {
  std::vector<Case> cases;
  for (const std::string& id : plugins_of(kind)) cases.push_back({id});
  return cases;
}

// The same plugin in its pipeline.
Case in_pipeline(const std::string& plugin, const Scratch& scratch) {
  std::string name = plugin + ".yaml";
  std::ranges::replace(name, '/', '_');
  std::ofstream(scratch / name) << pipelines_with.at(plugin);
  return {plugin, json::object(), scratch / name};
}

}  // namespace

TEST_CASE("The header of a kind states each of its laws by name, and no other", "[laws]") {
  std::set<std::string> kinds;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(WEIR_SOURCE_DIR "/core/kinds")) {
    std::vector<std::string> stated;
    std::ifstream in(entry.path());
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
      std::smatch law;
      if (inside && std::regex_match(line, law, std::regex("//   ([a-z][a-z0-9_]*)   *[^ ].*")))
        stated.push_back(law[1]);
      else if (inside && !std::regex_match(line, std::regex("//     +[^ ].*")))
        break;
      inside = inside || line.starts_with("// Laws (");
    }
    if (stated.empty()) continue;
    const std::string kind = entry.path().stem();
    INFO(kind);
    kinds.insert(kind);
    std::vector<std::string> held;
    for (const Law& law : laws_of(kind)) held.push_back(law.name);
    CHECK(stated == held);
  }
  CHECK(kinds.size() == 14);
}

TEST_CASE("Every source keeps the laws of sources", "[laws][source]") {
  const Scratch scratch;
  std::vector<int> bytes{0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 1};
  for (int i = 0; i < 18; ++i) bytes.push_back(7 * i);
  const std::vector<int> labels{0, 0, 8, 1, 0, 0, 0, 9, 0, 1, 2, 0, 1, 2, 0, 1, 2};
  weir::Rng rng(4, "points", f64);
  weir::write_arrays(scratch / "set.h5", {{"x", weir::array_of(rng.normal({11, 3}))}});
  std::filesystem::create_directory(scratch / "images");
  for (const unsigned char grey : {10, 100, 200})
    REQUIRE(
        stbi_write_png((scratch / ("images/" + std::to_string(grey) + ".png")).c_str(), 1, 1, 1, &grey, 1));
  for (const char* name : {"cat", "dog"}) {
    std::filesystem::create_directories(scratch / "classes" / name);
    std::filesystem::copy(scratch / "images", scratch / "classes" / name);
  }
  // Five whole numbers of one byte, as numpy.save writes them.
  std::vector<int> array{0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 56, 0};
  for (const char c : std::string("{'descr': '|u1', 'fortran_order': False, 'shape': (5,)}\n"))
    array.push_back(c);
  for (const int label : {0, 2, 1, 2, 0}) array.push_back(label);
  std::ofstream(scratch / "set.csv") << "x,y,c\n1,2,0\n3,4,1\n5,6,0\n";
  hold(
      "source",
      {{"source/gaussian", {{"dim", 1}, {"mean", {2}}, {"scale", 0.3}}},
       {"source/gaussian", {{"mean", {5, 5}}, {"covariance", {{2, 0.5}, {0.5, 1}}}}},
       {"source/gaussian", {{"shape", {1, 2, 3}}}},
       {"source/mixture", {{"means", {{-1, 0}, {2, 1}, {0, 3}}}, {"weights", {1, 2, 3}}, {"scale", 0.4}}},
       {"source/mixture", {{"components", 3}, {"dim", 2}, {"scale", 0.5}}},
       {"source/mixture", {{"means", {{-1, 0}, {2, 1}, {0, 3}}}, {"weights", {1, 2, 3}}, {"labelled", true}}},
       {"source/mixture", {{"set", "eight_gaussians"}}},
       {"source/mixture", {{"set", "eight_gaussians"}, {"labelled", true}}},
       {"source/mixture", {{"set", "two_moons"}}},
       {"source/mixture", {{"set", "two_moons"}, {"labelled", true}}},
       {"source/mixture", {{"set", "checkerboard"}}},
       {"source/idx", {{"images", scratch.write("images.idx", bytes)}}},
       {"source/idx",
        {{"images", scratch.write("images.idx", bytes)},
         {"labels", scratch.write("labels.idx", labels)},
         {"classes", 3}}},
       {"source/images", {{"folder", (scratch / "images").string()}}},
       {"source/images", {{"folder", (scratch / "classes").string()}, {"labelled", true}}},
       {"source/array", {{"file", scratch.write("set.npy", array)}}},
       {"source/array",
        {{"file", scratch.write("set.npy", array)}, {"labels", scratch.write("labels.npy", array)}}},
       {"source/table", {{"file", (scratch / "set.csv").string()}}},
       {"source/table", {{"file", (scratch / "set.csv").string()}, {"label", "c"}}},
       {"source/anndata", {{"file", (scratch / "set.h5").string()}, {"matrix", "x"}}},
       {"source/binary", {{"set", "bars_and_stripes"}, {"size", 3}}},
       {"source/binary", {{"set", "hamming"}}},
       {"source/categorical", {{"categories", 3}, {"words", {{0, 1}, {2, 0}}}, {"weights", {2, 1}}}},
       {"source/categorical", {{"categories", 4}, {"law", "uniform"}, {"length", 3}}},
       {"source/measured", {{"gain", {0.5, 2}}, {"sigma", 0.3}}},
       {"source/sample", {{"count", 9}}},
       {"source/scaled"},
       {"source/scaled", {{"by", "range"}, {"over", "all"}, {"range", {0, 1}}}},
       {"source/scaled", {{"by", "whiten"}, {"floor", 1e-3}}},
       in_pipeline("source/unscaled", scratch),
       {"source/snapshots", {{"set", "trimodal"}, {"size", 20}}},
       {"source/snapshots", {{"set", "fork"}, {"size", 5}}},
       {"source/labelled", {{"label", 1}, {"classes", 2}}},
       {"source/mislabelled", {{"share", 0.3}}},
       {"source/sphere", {{"k", 2}, {"dim", 2}}},
       {"source/sphere", {{"k", 3}, {"dim", 5}, {"rotation", "random"}}},
       {"source/split", {{"share", 0.5}, {"part", "first"}}},
       {"source/split", {{"each", 2}, {"part", "rest"}}},
       {"source/s_curve"},
       {"source/s_curve", {{"plane", true}}},
       {"source/swiss_roll", {{"noise", 0.1}}},
       {"source/moons", {{"noise", 0.2}, {"labelled", true}}},
       {"source/spirals", {{"labelled", true}}},
       {"source/rings", {{"labelled", true}}},
       {"source/rings", {{"radii", {2}}, {"noise", 0.3}, {"across", "radius"}}},
       {"source/pinwheel", {{"labelled", true}}},
       {"source/funnel", {{"dim", 2}, {"scale", 1}}},
       {"source/funnel"},
       {"source/student_t", {{"dim", 2}, {"nu", 9}}},
       {"source/student_t", {{"dim", 3}, {"nu", 0.5}}},
       {"source/uniform", {{"low", {-1, 2}}, {"high", {3}}}},
       {"source/linear_subspace", {{"k", 2}, {"dim", 4}}},
       {"source/wrapped", {{"low", -1}, {"period", 2}}},
       {"source/tensor", {{"file", (scratch / "set.h5").string()}, {"dataset", "/x"}}}});
}

TEST_CASE("Every coupling keeps the laws of couplings", "[laws][coupling]") {
  const Scratch scratch;
  const auto with = [&](const char* plugin) { return in_pipeline(plugin, scratch); };
  hold("coupling", {{"coupling/independent"},
                    {"coupling/ot"},
                    {"coupling/sinkhorn"},
                    {"coupling/sinkhorn", {{"pairs", "plan"}, {"rho0", 1.0}}},
                    {"coupling/sinkhorn", {{"pairs", "barycentric"}}},
                    {"coupling/partial", {{"mass", 0.75}}},
                    {"coupling/partial", {{"mass", 1}}},
                    {"coupling/greedy"},
                    {"coupling/nearest"},
                    {"coupling/nearest", {{"each", "x0"}, {"shared", true}}},
                    {"coupling/affine", {{"angle", 1.0}}},
                    {"coupling/shuffled"},
                    {"coupling/rematched"},
                    {"coupling/given"},
                    with("coupling/posterior"),
                    {"coupling/chain"},
                    {"coupling/chain", {{"times", {0, 0.3, 1}}, {"pairing", "ot"}}},
                    with("coupling/lane_riesenfeld")});
  // No law is skipped for want of sources, of what is measured or of snapshots.
  CHECK(silent_laws({"coupling/chain", {{"pairing", "ot"}}}) == std::set<std::string>{});
  for (const char* plugin :
       {"coupling/posterior", "coupling/lane_riesenfeld", "coupling/chain", "coupling/ot"}) {
    INFO(plugin);
    CHECK(silent_laws(with(plugin)) == std::set<std::string>{});
  }
}

TEST_CASE("Every field keeps the laws of fields", "[laws][field]") {
  const Scratch scratch;
  const json mlp{{"width", 8}, {"depth", 2}};  // as the world's
  weir::Rng rng(6, "recorded", f64);
  write_record(scratch / "out.h5", "train", {{"params", make<weir::Field>("field/mlp", mlp)->init({2}, rng)}},
               {{"plugin", "field/mlp"}, {"params", mlp}});
  hold("field",
       {{"field/affine"},
        {"field/linear"},
        {"field/mlp", {{"width", 16}, {"depth", 2}}},
        {"field/mlp",
         {{"width", 16}, {"depth", 2}, {"time", "fourier"}, {"features", 4}, {"activation", "tanh"}}},
        {"field/unet", {{"width", 6}, {"multipliers", {1, 2}}, {"features", 8}}},
        {"field/dit", {{"width", 8}, {"heads", 2}, {"depth", 1}, {"features", 4}}},
        {"field/torchscript", {{"file", WEIR_SOURCE_DIR "/tests/plugins/field/torchscript.pt"}}},
        {"field/prediction", {{"of", "data"}}},
        {"field/prediction", {{"of", "noise"}}},
        {"field/prediction", {{"of", "score"}, {"floor", 0.05}}},
        {"field/prediction", {{"of", "logits"}}},
        {"field/prediction", {{"of", "categories"}}},
        in_pipeline("field/categorical", scratch),
        {"field/recorded", {{"file", (scratch / "out.h5").string()}, {"node", "train"}}},
        {"field/empirical"},
        {"field/kernel"},
        {"field/tangent"},
        {"field/mixture"},
        {"field/normal"},
        {"field/sphere"}});  // its world has no sphere
}

TEST_CASE("The laws of fields know every path and noise of this tree", "[laws][field]") {
  std::vector<std::string> with_coefficients;
  for (const std::string& id : plugins_of("interpolant"))
    if (std::ranges::count(built_plugin(id).facets, "coefficients")) with_coefficients.push_back(id);
  CHECK(weir::conformance::known_interpolants == with_coefficients);
  CHECK(weir::conformance::known_noises == plugins_of("noise"));
}

TEST_CASE("The fields that are trained have per-sample gradients by their tape", "[laws][field]") {
  for (const Case& of : {Case{"field/affine"}, Case{"field/mlp", {{"width", 16}, {"depth", 2}}},
                         Case{"field/unet", {{"width", 6}, {"multipliers", {1, 2}}, {"features", 8}}},
                         Case{"field/prediction", {{"of", "data"}}}})
    CHECK_FALSE(silent_laws(of).contains("per_sample"));
}

TEST_CASE("Every network keeps the laws of networks", "[laws][network]") {
  hold("network", {{"network/mlp", {{"width", 8}}},
                   {"network/mlp", {{"width", 8}, {"depth", 1}, {"activation", "tanh"}}},
                   {"network/mlp", {{"depth", 0}}},
                   {"network/convolutional", {{"width", 4}}},
                   {"network/recorded"}});  // refuses the objective of this world, which has no network
  CHECK_FALSE(silent_laws({"network/convolutional", {{"width", 4}}}).contains("per_sample"));
}

TEST_CASE("Every law of t keeps the laws of such laws", "[laws][time]") {
  std::vector<Case> cases{{"time/fixed", {{"at", 0.3}}}};
  for (const char* id : {"time/uniform", "time/sorted"})
    for (const double eps : {0.0, 0.1}) cases.push_back({id, {{"eps", eps}}});
  cases.push_back({"time/uniform", {{"from", 0.2}, {"to", 0.95}}});
  for (const double mean : {0.0, -0.8})
    cases.push_back({"time/logit_normal", {{"mean", mean}, {"scale", 0.8}}});
  for (const double alpha : {0.5, 4.0}) cases.push_back({"time/u_shaped", {{"alpha", alpha}}});
  for (const double scale : {-0.5, 1.29}) cases.push_back({"time/mode", {{"scale", scale}}});
  for (const char* order : {"shuffled", "ascending"})
    cases.push_back({"time/stratified", {{"order", order}, {"from", 0.1}}});
  for (const double b : {1.0, 1.5}) cases.push_back({"time/beta", {{"a", 1.7}, {"b", b}}});
  cases.push_back({"time/truncated", {{"from", 0.2}, {"to", 0.7}}});
  hold("time", cases);
}

TEST_CASE("Every integrator keeps the laws of integrators", "[laws][integrator]") {
  // 200 steps, of which the longest is twice the shortest.
  std::vector<double> times;
  for (int k = 0; k <= 200; ++k)
    times.push_back(k / 200.0 - std::sin(2 * std::numbers::pi * k / 200) / (6 * std::numbers::pi));
  times.back() = 1;
  std::vector<Case> cases = with_defaults("integrator");
  for (const char* id : {"integrator/midpoint", "integrator/heun", "integrator/rk4",
                         "integrator/adams_bashforth", "integrator/sdirk", "integrator/curved_euler"})
    cases.push_back({id, {{"times", times}}});
  cases.push_back({"integrator/dopri5", {{"rtol", 1e-3}, {"atol", 1e-6}, {"first_step", 0.01}}});
  cases.push_back({"integrator/sdirk", {{"order", 2}}});
  cases.push_back({"integrator/ancestral", {{"eta", 0.3}}});
  cases.push_back({"integrator/srk", {{"increments", 600}}});
  cases.push_back({"integrator/euler_maruyama", {{"increments", 600}}});  // a multiple of 6 and 200
  hold("integrator", cases);
}

TEST_CASE("Every schedule keeps the laws of schedules", "[laws][schedule]") {
  std::vector<Case> cases;
  for (const std::string& id : plugins_of("schedule"))
    if (id != "schedule/table") cases.push_back({id});
  for (const char* id : {"schedule/cosine", "schedule/linear", "schedule/polynomial"})
    cases.push_back({id, {{"end", 0.1}}});
  cases.push_back({"schedule/one_cycle", {{"shape", "linear"}, {"rise", 0}}});
  cases.push_back({"schedule/one_cycle", {{"rise", 0.1}}});  // of ten steps, the first is the peak
  cases.push_back({"schedule/table", {{"steps", {1, 10, 1000}}, {"scales", {0, 1, 0.5}}}});
  hold("schedule", cases);
}

TEST_CASE("Flow matching keeps the laws of objectives in whatever space it compares", "[laws][objective]") {
  for (const char* loss : {"data", "noise"})
    CHECK(silent_laws({"objective/flow_matching", {{"loss", loss}}}) ==
          std::set<std::string>{"networks", "parts", "terms"});
}

TEST_CASE("A path through several points keeps the laws of paths, smooth or not", "[laws][interpolant]") {
  for (const int degree : {1, 3})
    CHECK(silent_laws({"interpolant/spline", {{"degree", degree}}}) ==
          std::set<std::string>{"ends", "shape"});
  for (const char* id : {"interpolant/linear", "interpolant/target", "interpolant/variance_preserving"})
    CHECK(silent_laws({id}) == std::set<std::string>{});
}

TEST_CASE("Every plugin of the other kinds keeps the laws of its kind", "[laws]") {
  for (const char* kind : {"interpolant", "noise"}) hold(kind, with_defaults(kind));
  const Scratch scratch;
  std::vector<Case> objectives = with_defaults("objective");
  for (Case& of : objectives)
    if (pipelines_with.contains(of.plugin)) of = in_pipeline(of.plugin, scratch);
  hold("objective", objectives);
  std::vector<Case> optimisers = with_defaults("optimiser");
  for (Case& of : optimisers)
    if (of.plugin == "optimiser/adagrad") of.params = {{"lr", 0.5}};  // whose steps fall as 1 / sqrt(k)
  optimisers.push_back({"optimiser/rmsprop", {{"centred", true}, {"momentum", 0.5}}});
  hold("optimiser", optimisers);
  std::vector<Case> probes = with_defaults("probe");
  for (Case& of : probes)
    if (of.plugin == "probe/gradient_evidence" || of.plugin == "probe/gradient_disparity")
      of.params = {{"epoch", 4}};
  hold("probe", probes);
}

TEST_CASE("Every metric keeps the laws of metrics", "[laws][metric]") {
  const Scratch scratch;
  std::vector<Case> cases = with_defaults("metric");
  for (Case& of : cases)
    if (pipelines_with.contains(of.plugin))
      of = in_pipeline(of.plugin, scratch);
    else if (of.plugin == "metric/features")
      of.params = {{"file", WEIR_SOURCE_DIR "/tests/plugins/metric/features.pt"}};
  for (const char* kernel : {"laplace", "polynomial", "energy"})
    cases.push_back({"metric/mmd", {{"kernel", kernel}}});
  hold("metric", cases);
}

TEST_CASE("Every trainer keeps the laws of trainers", "[laws][trainer]") {
  const Scratch scratch;
  Training training({{"steps", 3}, {"batch", 8}, {"keep_memory", true}}, "optimiser/adam", json::object());
  Rows rows;
  rows.watch(*training.trainer);
  run(*training.trainer);
  write_training(scratch / "out.h5", *training.trainer, rows);
  const Case recorded{"trainer/recorded", {{"file", (scratch / "out.h5").string()}, {"node", "train"}}};
  hold("trainer", {{"trainer/gradient"},
                   {"trainer/adversarial"},
                   {"trainer/learned_interpolant"},
                   recorded,
                   {"trainer/snapshot", {{"step", 1}}}});
  CHECK(silent_laws({"trainer/learned_interpolant"}) == std::set<std::string>{});
  CHECK(silent_laws(recorded) == std::set<std::string>{"resume"});
}
