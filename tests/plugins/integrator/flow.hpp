// tests/plugins/integrator/flow.hpp -- an integrator that follows a given velocity from given points.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <weir/kinds/flow/integrator.hpp>

#include "../values.hpp"

namespace weir::tests {

class Given final : public Field {
 public:
  using Function = std::function<Tensor(const Tensor& x, const Tensor& t)>;
  explicit Given(Function velocity) : velocity_(std::move(velocity)) {}
  Tensor velocity(const Params&, const Tensor& x, const Tensor& t, const Context&) const override {
    return velocity_(x, t);
  }
  Params init(const Domain&, Rng&) const override { return {}; }

 private:
  Function velocity_;
};

// Planned in the constructor: see `faults`.
struct Flow {
  Flow(const std::string& id, const nlohmann::json& params, Given::Function velocity, const Tensor& start)
      : field(std::move(velocity)), points(start), integrator(make<Integrator>(id, params, start.options())) {
    bind(*integrator, "field", field);
    bind(*integrator, "start", points, "value");
    faults = plan(*integrator);
  }
  // Runs it; its output of this name.
  Flow& run() {
    integrator->run(quiet);
    return *this;
  }
  const Tensor& operator[](const std::string& output) const { return value_of(*integrator, output); }

  Given field;
  Values points;
  std::unique_ptr<Integrator> integrator;
  Faults faults;
  QuietRun quiet;
};

inline Tensor column(const std::vector<double>& x) { return at::tensor(x, at::kDouble).unsqueeze(1); }

}  // namespace weir::tests
