// tests/plugins/measured.hpp -- an inverse problem whose every part is known: a mixture, seen through a gain and noise.
#pragma once

#include <memory>

#include <weir/kinds/flow/source.hpp>

#include "make.hpp"

namespace weir::tests {

struct Seen {
  Seen(const nlohmann::json& prior_params, const nlohmann::json& params)
      : prior(make<Source>(prior_params.contains("means") ? "source/mixture" : "source/gaussian",
                           prior_params)),
        source(make<Source>("source/measured", params, f64, 0, "seen")) {
    run(*prior);
    bind(*source, "of", *prior);
    run(*source);
  }
  std::unique_ptr<Source> prior, source;
};

}  // namespace weir::tests
