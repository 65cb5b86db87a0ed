// tools/check/laws/world.hpp -- what the ports of a single node are bound to: one small problem over items of one shape.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <weir/kinds/flow/coupling.hpp>
#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/interpolant.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/kinds/flow/time.hpp>
#include <weir/kinds/learn/objective.hpp>
#include <weir/kinds/learn/optimiser.hpp>

#include "../subject.hpp"
#include "doubles.hpp"

namespace weir::conformance {

// Where x0 and x1 come from.
enum class Ends { laws, sets, law_and_set };

// Weir's own paths and noises: one of an author's may be wrong itself.
inline const std::vector<std::string> known_interpolants = {"interpolant/linear"};
inline const std::vector<std::string> known_noises = {"noise/brownian", "noise/constant", "noise/zero"};

// The way from x0 to x1.
struct PathOf {
  std::string interpolant = "interpolant/linear", noise = "noise/constant";  // of sigma 0.5, where it has one
  bool noise_in_target = false;
};

// Laws are standard normal, sets have 16 items; 16 fixed independent pairs; the linear path with constant noise of 0.5, or another;
// t uniform; flow matching; an MLP; Adam.
class World {
 public:
  World(const Subject& subject, const Shape& item, Ends ends = Ends::law_and_set,
        const at::TensorOptions& options = f64, const PathOf& of = {});

  // Binds every port of `node` that is required or has a default, and with `all` the optional ones too: the k-th port of
  // a kind to the k-th node of that kind, or to the last. Throws Skipped if there is none of a kind.
  void bind(Node& node, bool all = false) const;

  // A node of the subject, bound, planned and run. Throws Skipped with its fault if it refuses this world.
  template <class T>
  std::unique_ptr<T> run(const Subject& subject,
                         const nlohmann::json& more = nlohmann::json::object()) const {
    Faults faults;
    for (const bool all : {false, true}) {
      auto node = subject.make<T>(more, options);
      bind(*node, all);
      faults = plan(*node);
      if (!faults.empty()) continue;
      QuietRun quiet;
      node->run(quiet);
      return node;
    }
    refuse(faults);
  }

  at::TensorOptions options;
  std::unique_ptr<Source> law;
  ItemSet set;
  std::unique_ptr<Coupling> pairs;
  std::unique_ptr<Noise> noise;
  std::unique_ptr<Interpolant> path;
  std::unique_ptr<Time> time;
  std::unique_ptr<Objective> objective;
  std::unique_ptr<Field> model;
  std::unique_ptr<Optimiser> optimiser;

 private:
  [[noreturn]] static void refuse(const Faults& faults);
  std::map<std::string, std::vector<Node*>> nodes_;  // by kind
};

}  // namespace weir::conformance
