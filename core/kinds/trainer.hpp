// core/kinds/trainer.hpp -- fits a model to an objective.
#pragma once

#include <weir/node.hpp>

namespace weir {

class Trainer : public Node {
 public:
  static constexpr const char* kind = "trainer";
  ~Trainer() override;
};

}  // namespace weir
