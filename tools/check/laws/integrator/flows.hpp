// tools/check/laws/integrator/flows.hpp -- flows with known ends, and an integrator bound to one of them.
#pragma once

#include <memory>

#include <weir/kinds/flow/integrator.hpp>

#include <check/bench/broken.hpp>
#include <check/laws/world.hpp>

namespace weir::conformance {

// x' = x^2 cos 3t. Neither linear nor autonomous: a wrong node of a Runge-Kutta tableau shows.
Tensor slope(const Tensor& x, const Tensor& t);
// Where it leads from x at time `from`.
Tensor solution(const Tensor& x, double from, double until);

// x' = x^2 cos t. Over [0, 1] its derivatives keep their signs so far that 80 steps show the leading term of the error, at any order.
Tensor gentle_slope(const Tensor& x, const Tensor& t);

// A field of this velocity, without parameters.
std::shared_ptr<Field> field_of(std::function<Tensor(const Tensor& x, const Tensor& t)> velocity);

// Nodes whose output "value" is points [N, 1].
std::shared_ptr<Node> points(const std::vector<double>& x, const at::TensorOptions& options = f64);

std::shared_ptr<const World> on_the_line(const Subject& subject, const at::TensorOptions& options = f64);

// Those of these parameters that the integrator has; not `steps` where its own are `times`.
nlohmann::json on_its_grid(const Subject& subject, const nlohmann::json& params);

// How an integrator is made to follow `field` from `start`.
Setup along(std::shared_ptr<Field> field, std::shared_ptr<Node> start, const nlohmann::json& params);

// As an instance of one of the bases; throws Skipped for an integrator of another.
template <class Base>
std::shared_ptr<Base> as_base(const std::shared_ptr<Integrator>& integrator, const char* header) {
  auto based = std::dynamic_pointer_cast<Base>(integrator);
  if (!based) throw Skipped(std::string("it is not derived from that of ") + header);
  return based;
}

}  // namespace weir::conformance
