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
#include <weir/kinds/learn/network.hpp>
#include <weir/kinds/learn/objective.hpp>
#include <weir/kinds/learn/optimiser.hpp>
#include <weir/kinds/learn/schedule.hpp>

#include <check/bench/doubles.hpp>
#include <check/bench/subject.hpp>

namespace weir::conformance {

// Where x0 and x1 come from.
enum class Ends { laws, sets, law_and_set };

// Weir's own paths with coefficients, and noises: one of an author's may be wrong itself.
inline const std::vector<std::string> known_interpolants = {
    "interpolant/linear", "interpolant/linear_vp",     "interpolant/polynomial",         "interpolant/table",
    "interpolant/target", "interpolant/trigonometric", "interpolant/variance_preserving"};
inline const std::vector<std::string> known_noises = {"noise/brownian", "noise/bsquared",    "noise/constant",
                                                      "noise/sigmoid",  "noise/sinesquared", "noise/zero"};

// The way from x0 to x1.
struct PathOf {
  std::string interpolant = "interpolant/linear", noise = "noise/constant";  // of sigma 0.5, where it has one
  bool noise_in_target = false;
};

// Another node for a port than the world's own, or one of its outputs; `name` within a port that takes several.
struct Given {
  std::string port;
  std::shared_ptr<Node> node;
  std::string output = "";
  std::string name = "";
};

// How a node is made beside its subject's parameters.
struct Setup {
  nlohmann::json params = nlohmann::json::object();  // over those of the subject
  std::vector<Given> given{};
  std::uint64_t seed = 0;
  std::string path = "node";
};

// Laws are standard normal, sets have 16 items, and there is one with labels of three classes; 16 fixed independent pairs; the linear path with constant noise of 0.5, or another;
// t uniform; flow matching; an MLP, the same in each precision; a small network; Adam with a rate of 0.05 on a cosine.
//
// The only way to a node that a law may ask, and each node keeps alive what its ports are bound to: a world may be a temporary.
class World : public std::enable_shared_from_this<World> {
  struct Private {};

 public:
  static std::shared_ptr<const World> of(const Subject& subject, const Shape& item = {2},
                                         const at::TensorOptions& options = f64,
                                         Ends ends = Ends::law_and_set, const PathOf& path = {}) {
    return std::make_shared<World>(Private{}, subject, item, options, ends, path);
  }
  World(Private, const Subject& subject, const Shape& item, const at::TensorOptions& options, Ends ends,
        const PathOf& of);

  // A node of the subject whose ports are bound: first as `setup` says; then each that is required or has a default, and with `all`
  // the others too, as far as there is something for them: the k-th port of a kind to the k-th node of that kind that has what the
  // port needs, or to the last; a port for several sources to three: x0's, and x1's twice. Throws Skipped if there is none for a port.
  template <class T>
  std::shared_ptr<T> bound(const Subject& subject, const Setup& setup = {}, bool all = false) const {
    return as<T>(subject, bound_node(subject, setup, all, 0));
  }
  // The same, planned; a source or an objective that refuses the first source is given the last. Throws Skipped with its fault if it refuses this world.
  template <class T>
  std::shared_ptr<T> planned(const Subject& subject, const Setup& setup = {}) const {
    return as<T>(subject, planned_node(subject, setup));
  }
  // The same, run.
  template <class T>
  std::shared_ptr<T> run(const Subject& subject, const Setup& setup = {}) const {
    return as<T>(subject, run_node(subject, setup));
  }

  at::TensorOptions options;
  std::unique_ptr<Source> law;
  ItemSet set, labelled;
  std::unique_ptr<Coupling> pairs;
  std::unique_ptr<Noise> noise;
  std::unique_ptr<Interpolant> path;
  std::unique_ptr<Time> time;
  std::unique_ptr<Objective> objective;
  std::unique_ptr<Field> model;
  std::unique_ptr<Network> network;
  std::unique_ptr<Optimiser> optimiser;
  std::unique_ptr<Schedule> schedule;

 private:
  template <class T>
  static std::shared_ptr<T> as(const Subject& subject, std::shared_ptr<Node> node) {
    auto typed = std::dynamic_pointer_cast<T>(std::move(node));
    if (!typed) throw std::logic_error(subject.schema.id() + " is not of the kind that is asked for");
    return typed;
  }
  // `later`: the (k + later)-th node for the k-th port.
  std::shared_ptr<Node> bound_node(const Subject& subject, const Setup& setup, bool all,
                                   std::size_t later) const;
  std::shared_ptr<Node> planned_node(const Subject& subject, const Setup& setup) const;
  std::shared_ptr<Node> run_node(const Subject& subject, const Setup& setup) const;
  Given end_for(const Subject& subject, const std::string& owner, const PortSchema& port,
                std::size_t k) const;

  std::map<std::string, std::vector<Node*>> nodes_;  // by kind
};

}  // namespace weir::conformance
