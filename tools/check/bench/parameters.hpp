// tools/check/bench/parameters.hpp -- parameters of what is trained: moved, of another dtype, and held to what is asked of all of them.
#pragma once

#include <string>

#include <weir/math/autograd/tape.hpp>
#include <weir/params.hpp>
#include <weir/rng.hpp>

namespace weir::conformance {

// Away from special initial values (zeros), each by numbers at the address of its name.
Params moved(const Params& initial, const Rng& rng);
Params in(at::ScalarType dtype, const Params& params);

// That the same seed gave the same initial parameters, and another one others where they are random and not `fixed`.
void require_of_its_seed(const Params& first, const Params& same, const Params& other, bool fixed = false);

// That a tape's per-sample gradients are those of one backward pass for each sample, layer by layer.
void require_as_looped(const PerSampleGradients& taped, const PerSampleGradients& looped, double tolerance,
                       const std::string& rule, const std::string& remedy);

}  // namespace weir::conformance
