// tests/plugins/tokens.hpp -- a law of words that is small enough to write down whole.
#pragma once

#include <memory>
#include <string>

#include <weir/kinds/flow/field.hpp>
#include <weir/kinds/flow/source.hpp>
#include <weir/math/numeric/tokens.hpp>

#include "field/given.hpp"
#include "values.hpp"

namespace weir::tests {

// Three words of two tokens out of three categories, of which the last may be the mask; and the exact velocity to them.
struct Words {
  explicit Words(const std::string& law = "uniform")
      : source(make<Source>("source/categorical", {{"categories", 3}, {"law", law}, {"length", 2}})),
        target(
            make<Source>("source/categorical",
                         {{"categories", 3}, {"words", {{0, 1}, {1, 0}, {1, 1}}}, {"weights", {5, 3, 2}}})),
        field(make<Field>("field/categorical")) {
    plan(*source);
    plan(*target);
    bind(*field, "source", *source);
    bind(*field, "target", *target);
    bind(*field, "interpolant", *path.interpolant);
    plan(*field);
  }

  // All nine words, [9, 2], and as points, [9, 2, 3].
  static Tensor every() { return at::stack({at::arange(9).floor_divide(3), at::arange(9).remainder(3)}, 1); }
  static Tensor points() { return one_hot(every(), 3, f64); }
  // Probabilities of all nine at the end and at the start.
  static Tensor at_end() { return row_of({0, 0.5, 0, 0.3, 0.2, 0, 0, 0, 0}); }
  static Tensor at_start(const std::string& law) {
    return law == "mask" ? row_of({0, 0, 0, 0, 0, 0, 0, 0, 1}) : at::full({9}, 1.0 / 9, f64);
  }
  // Of the path: each token is that of x1 with the probability t, else that of an x0 of its own.
  static Tensor on_the_path(const std::string& law, double t) {
    const Tensor each = at_start(law).view({3, 3}).sum(0);  // of one token
    Tensor p = at::zeros({9}, f64);
    for (const auto& [word, weight] : {std::pair{1, 0.5}, {3, 0.3}, {4, 0.2}}) {
      const auto token = [&](int a) { return t * at::eye(3, f64)[a] + (1 - t) * each; };
      p += weight * at::outer(token(word / 3), token(word % 3)).view({9});
    }
    return p;
  }

  Path path;
  std::unique_ptr<Source> source, target;
  std::unique_ptr<Field> field;
};

}  // namespace weir::tests
