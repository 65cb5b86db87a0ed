// tools/check/bench/parameters.cpp -- parameters of what is trained.
#include "parameters.hpp"

#include <fmt/format.h>

#include "broken.hpp"
#include "doubles.hpp"

namespace weir::conformance {

Params moved(const Params& initial, const Rng& rng) {
  std::vector<Tensor> values;
  for (const auto& [name, tensor] : initial.tensors())
    values.push_back(tensor + 0.1 * rng.at("move " + name).normal(tensor.sizes()));
  return initial.with(values);
}

Params in(at::ScalarType dtype, const Params& params) {
  std::vector<Tensor> values;
  for (const Tensor& value : params.values()) values.push_back(value.to(dtype));
  return params.with(values);
}

void require_of_its_seed(const Params& first, const Params& same, const Params& other, bool fixed) {
  bool random = false, differs = false;
  for (const auto& [name, tensor] : first.tensors()) {
    require_same(tensor, same[name], "the same seed gives the same initial parameters",
                 "draw from `rng`, the argument of init, alone");
    random = random || (tensor.numel() > 1 && number(tensor.max() - tensor.min()) != 0);
    differs = differs || !tensor.equal(other[name]);
  }
  require(!random || differs || fixed,
          "another seed gives other initial parameters, unless they are constant",
          "the same parameters from two seeds", "draw from `rng`, the argument of init");
}

void require_as_looped(const PerSampleGradients& taped, const PerSampleGradients& looped, double tolerance,
                       const std::string& rule, const std::string& remedy) {
  require(
      taped.layers.size() == looped.layers.size(), rule,
      fmt::format("{} layers on the tape, {} in the parameters", taped.layers.size(), looped.layers.size()),
      remedy);
  for (std::size_t l = 0; l < looped.layers.size(); ++l) {
    const std::string& layer = looped.layers[l].first;
    require(taped.layers[l].first == layer, rule,
            fmt::format("layer {} where {} was expected", taped.layers[l].first, layer), remedy);
    const Tensor norms = looped.layers[l].second->norms();
    require_close(taped.layers[l].second->norms(), norms, tolerance, tolerance * number(norms.max()),
                  rule + " (norms of layer " + layer + ")", remedy);
  }
}

}  // namespace weir::conformance
