// tests/plugins/coupling/marginals.test.cpp -- which couplings have each point of both ends once, and which say that they have not.
#include "six_points.hpp"

#include <catch2/catch.hpp>  // after ATen, which has a CHECK of its own

using namespace weir::tests;
using nlohmann::json;
using weir::Tensor;
using How = weir::KeptMarginals::How;

TEST_CASE(
    "Every coupling of a source and a target has each of their points once, or declares that it has not",
    "[coupling]") {
  const std::map<std::string, std::vector<json>> more = {
      {"coupling/sinkhorn",
       {{{"pairs", "plan"}}, {{"pairs", "barycentric"}}, {{"rho1", 1}}, {{"pairs", "plan"}, {"rho0", 1}}}},
      {"coupling/nearest",
       {{{"candidates", 1}}, {{"each", "x0"}, {"shared", true}}, {{"candidates", 1}, {"each", "x0"}}}},
      {"coupling/partial", {{{"mass", 1}}}}};
  const Tensor once = at::ones({24}, at::kLong);
  std::set<std::string> held;
  for (const std::string& id : plugins_of("coupling")) {
    const auto& ports = built_plugin(id).ports;
    const auto has = [&](const char* name) {
      return std::ranges::find(ports, name, &weir::PortSchema::name) != ports.end();
    };
    if (!has("source") || !has("target") || id == "coupling/posterior") continue;
    std::vector<json> settings = {json::object()};
    if (id == "coupling/partial") settings.clear();
    if (more.contains(id)) settings.insert(settings.end(), more.at(id).begin(), more.at(id).end());
    for (const json& params : settings) {
      INFO(id << " " << params);
      // Of three seeds one at least misses a point, where points are not kept.
      bool missed[2] = {false, false};
      How how[2] = {};
      for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        weir::Rng rng(seed, "points", f64);
        const OfSets made(id, params, rng.normal({24, 2}), rng.normal({24, 2}) + 1, seed);
        run(*made.pairs);
        how[0] = kept(*made.pairs).x0, how[1] = kept(*made.pairs).x1;
        for (const int end : {0, 1}) {
          const bool known = made.pairs->set_of(end) != nullptr;
          missed[end] = missed[end] || !known ||
                        !times_met(*made.pairs, end == 0 ? "x0_item" : "x1_item", 24).equal(once);
        }
      }
      CHECK(missed[0] == (how[0] != How::exactly));
      CHECK(missed[1] == (how[1] != How::exactly));
      held.insert(id);
    }
  }
  CHECK(held == std::set<std::string>{"coupling/greedy", "coupling/independent", "coupling/nearest",
                                      "coupling/ot", "coupling/partial", "coupling/sinkhorn"});
}
