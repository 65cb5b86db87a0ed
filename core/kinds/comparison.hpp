// core/kinds/comparison.hpp -- metrics that compare a set of points with another set or with a distribution.
#pragma once

#include <utility>

#include <weir/kinds/flow/source.hpp>
#include <weir/kinds/metric.hpp>

namespace weir {

// Points on one side; on the other a tensor of as many points, or as many draws of a source (exactly one of the two).
class Comparison : public Metric {
 public:
  ~Comparison() override;

 protected:
  // Faults: not exactly one other side, shapes that differ, fewer than `least` points. Returns the number of points, or 0
  // after a fault.
  std::int64_t plan_sides(Plan& plan, std::int64_t least);
  // Both sides as [n, D] float64; a source is drawn from with the node's stream "reference" (distinct items of a finite set).
  // Errors: std::runtime_error where a point is not finite: it has no distance to any other.
  std::pair<Tensor, Tensor> sides() const;

 private:
  Port<Tensor> samples_{this, "samples", "the points to judge"};
  Port<Tensor> points_{this, "points", optional, "as many points to compare with"};
  Port<Source> reference_{this, "reference", optional,
                          "a source to draw as many points from, to compare with"};
};

}  // namespace weir
