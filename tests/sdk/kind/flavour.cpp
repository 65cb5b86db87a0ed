// flavour.cpp -- the home of the interface.
#include <flavour.hpp>

namespace lab {

Flavour::~Flavour() = default;

}  // namespace lab
