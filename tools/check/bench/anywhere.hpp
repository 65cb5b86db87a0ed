// tools/check/bench/anywhere.hpp -- a rule that is held in each of several settings that a plugin does not refuse.
#pragma once

#include <string>

#include "broken.hpp"

namespace weir::conformance {

class Anywhere {
 public:
  // Whether the rule was held; not where it throws Skipped.
  template <class Hold>
  bool in_one(const Hold& hold) {
    try {
      hold();
      return held_ = true;
    } catch (const Skipped& skipped) {
      refused_ = skipped.what();
      return false;
    }
  }
  // Throws Skipped with the last reason where no setting would do.
  void require_one() const {
    if (!held_) throw Skipped(refused_);
  }

 private:
  bool held_ = false;
  std::string refused_;
};

}  // namespace weir::conformance
