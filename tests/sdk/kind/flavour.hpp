// flavour.hpp -- a kind of plugin that Weir does not know, and what some of them also have.
#pragma once

#include <weir/node.hpp>

namespace lab {

// A facet that Weir does not know: how long what is tasted stays, of those that stay.
struct Aftertaste {
  static constexpr const char* facet = "aftertaste";
  double seconds;
};

class Flavour : public weir::Node {
 public:
  static constexpr const char* kind = "flavour";
  ~Flavour() override;  // in flavour.cpp: gives the class one home for all plugins

  virtual double strength() const = 0;
};

}  // namespace lab
