// tools/check/laws/integrator/flows.cpp -- flows with known ends.
#include "flows.hpp"

#include <cmath>

namespace weir::conformance {
namespace {

class Flowing final : public Field {
 public:
  explicit Flowing(std::function<Tensor(const Tensor& x, const Tensor& t)> velocity)
      : velocity_(std::move(velocity)) {}
  Tensor velocity(const Params&, const Tensor& x, const Tensor& t, const Context&) const override {
    return velocity_(x, t);
  }
  Params init(const Domain&, Rng&) const override { return {}; }

 private:
  std::function<Tensor(const Tensor& x, const Tensor& t)> velocity_;
};

}  // namespace

Tensor slope(const Tensor& x, const Tensor& t) { return x.square() * (3 * t).cos().unsqueeze(1); }

Tensor gentle_slope(const Tensor& x, const Tensor& t) { return x.square() * t.cos().unsqueeze(1); }

// x(t) = x0 / (1 - x0 (sin 3t - sin 3 t0) / 3)
Tensor solution(const Tensor& x, double from, double until) {
  return x / (1 - x * (std::sin(3 * until) - std::sin(3 * from)) / 3);
}

std::shared_ptr<Field> field_of(std::function<Tensor(const Tensor& x, const Tensor& t)> velocity) {
  return std::make_shared<Flowing>(std::move(velocity));
}

std::shared_ptr<Node> points(const std::vector<double>& x, const at::TensorOptions& options) {
  return std::make_shared<Values>(row_of(x).unsqueeze(1).to(options));
}

std::shared_ptr<const World> on_the_line(const Subject& subject, const at::TensorOptions& options) {
  return World::of(subject, {1}, options, Ends::law_and_set, {.noise = "noise/zero"});
}

nlohmann::json on_its_grid(const Subject& subject, const nlohmann::json& params) {
  nlohmann::json taken = where_taken(subject, params);
  if (subject.params.contains("times")) taken.erase("steps");
  return taken;
}

Setup along(std::shared_ptr<Field> field, std::shared_ptr<Node> start, const nlohmann::json& params) {
  return {.params = params, .given = {{"field", std::move(field)}, {"start", std::move(start), "value"}}};
}

}  // namespace weir::conformance
