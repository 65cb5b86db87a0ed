// tests/core/declarations.test.cpp -- names that a plugin may not give its parameters, ports and outputs.
#include <catch2/catch.hpp>

#include <functional>

#include <weir/kinds/flow/one_step.hpp>

using weir::Tensor;

namespace {

// Euler's method, for which an integrator's own declarations are there already.
class Euler : public weir::OneStep {
 public:
  Tensor step(const weir::Velocity& v, const Tensor& x, double t, double h) const override {
    return x + h * v(x, t);
  }
  int evaluations() const override { return 1; }
  int order() const override { return 1; }
};

using Number = weir::Param<double>;
using Numbers = weir::Output<Tensor>;

// What declaring this one on top ends with.
template <class Declared, class... Arguments>
std::string refusal(const char* name, Arguments... arguments) {
  Euler euler;
  try {
    const Declared declared(&euler, name, arguments...);
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "declared";
}

}  // namespace

TEST_CASE("A name is declared once, a base class's declarations included", "[declarations]") {
  CHECK(
      refusal<weir::Port<weir::Field>>("field", "hides it") ==
      "port 'field' is declared twice: its class, or a base class of it, has a port of that name; rename it");
  CHECK(refusal<weir::Ports<weir::Field>>("steps", "hides it") ==
        "port 'steps' is declared twice: its class, or a base class of it, has a parameter of that name; "
        "rename it");
  CHECK(
      refusal<Number>("steps", 1.0, "hides it") ==
      "parameter 'steps' is declared twice: its class, or a base class of it, has a parameter of that name; "
      "rename it");
  CHECK(refusal<Number>("start", 1.0, "hides it") ==
        "parameter 'start' is declared twice: its class, or a base class of it, has a port of that name; "
        "rename it");
  CHECK(refusal<Numbers>("nfe", "1", "hides it") ==
        "output 'nfe' is declared twice: its class, or a base class of it, has an output of that name; "
        "rename it");
  CHECK(refusal<weir::Trace>("end", "1", "hides it") ==
        "output 'end' is declared twice: its class, or a base class of it, has an output of that name; "
        "rename it");
  CHECK(refusal<Numbers>("steps", "1", "an output may be called as a parameter is") == "declared");
}

TEST_CASE("The names that pipelines keep for themselves are no names of parameters or ports",
          "[declarations]") {
  for (const std::string name : {"plugin", "seed", "record", "timeout", "note", "use"}) {
    const std::string rest =
        " '" + name +
        "' has a name that pipelines keep for themselves (plugin, seed, record, timeout, "
        "note, use); rename it";
    CHECK(refusal<Number>(name.c_str(), 1.0, "what the pipeline would read as its own") ==
          "parameter" + rest);
    CHECK(refusal<weir::Port<Tensor>>(name.c_str(), "what the pipeline would read as its own") ==
          "port" + rest);
  }
}

TEST_CASE("A name can be written in a path of a pipeline", "[declarations]") {
  const std::string rest =
      " has a name that no pipeline can write; use letters, digits and '_', no digit first";
  CHECK(refusal<Number>("a.b", 1.0, "") == "parameter 'a.b'" + rest);
  CHECK(refusal<weir::Port<Tensor>>("2nd", "") == "port '2nd'" + rest);
  CHECK(refusal<Numbers>("the end", "1", "") == "output 'the end'" + rest);
  CHECK(refusal<Numbers>("", "1", "") == "output ''" + rest);
}
