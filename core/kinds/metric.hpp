// core/kinds/metric.hpp -- a measurement: ports in, outputs out.
#pragma once

#include <weir/node.hpp>

namespace weir {

class Metric : public Node {
 public:
  static constexpr const char* kind = "metric";
  ~Metric() override;
};

}  // namespace weir
