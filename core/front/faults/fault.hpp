// core/front/faults/fault.hpp -- faults of a pipeline, gathered and shown all at once.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include <weir/front/faults/place.hpp>

namespace weir {

// One thing that is wrong. `code` is stable ("W203"); `message` states the rule and the value; `remedy` is the short
// line under the caret ("did you mean 'sigma'?"); `notes` follow as "= ..." lines; `also` are other ends of the fault
// (the second line of a wiring error, each edge of a cycle) with a caption each.
struct Fault {
  struct Also {
    Place place;
    std::string caption;
  };
  std::string code;
  Place place;
  std::string message;
  std::string remedy;
  std::vector<std::string> notes;
  std::vector<Also> also;
};

using Faults = std::vector<Fault>;

// Thrown when a pipeline cannot be run as it is written (exit code 2). Holds every fault that was found.
class InvalidPipeline : public std::runtime_error {
 public:
  explicit InvalidPipeline(Faults faults);
  const Faults& faults() const { return faults_; }

 private:
  Faults faults_;
};

// Faults as a terminal shows them: of each its place, code, message, the source line with a caret, remedy and notes; then the count and
// the command that explains the codes.
// Source lines are read again from the files that the places name; an unreadable file only loses the excerpt.
std::string text(const Faults& faults);

// The same for editors: a list of {code, file, line, column, length, message, remedy, notes, also}.
nlohmann::json to_json(const Faults& faults);

// The candidate nearest to `word` (Damerau distance at most 1 + size / 5, case ignored), or "" if none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace weir
