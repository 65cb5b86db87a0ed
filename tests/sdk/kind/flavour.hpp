// flavour.hpp -- a kind of plugin that Weir does not know.
#pragma once

#include <weir/node.hpp>

namespace lab {

class Flavour : public weir::Node {
 public:
  static constexpr const char* kind = "flavour";
  ~Flavour() override;  // in flavour.cpp: gives the class one home for all plugins

  virtual double strength() const = 0;
};

}  // namespace lab
