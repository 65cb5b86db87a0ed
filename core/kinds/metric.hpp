// core/kinds/metric.hpp -- a measurement: ports in, outputs out.
//
// Laws (`weir plugin check` holds every metric to them; `weir explain law/metric` prints them)
//   outputs   it has outputs, and sets those that it planned
//   inputs    what it measures is at the end of the run what it was: no operations in place on tensors of ports
//   numbers   no output holds NaN, unless its description says when; in float32 and float64
#pragma once

#include <weir/node.hpp>

namespace weir {

class Metric : public Node {
 public:
  static constexpr const char* kind = "metric";
  ~Metric() override;
};

}  // namespace weir
