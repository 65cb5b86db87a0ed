// core/front/yaml/spelled_number.hpp -- what a number was meant to be that is written as people write it: 1,000, 1.000,5, 1_000, 10k, 50 %.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <weir/front/yaml/yaml.hpp>

namespace weir {

// The plain spellings of what the text may mean, the likeliest first: {"1000", "1.000"} of 1,000, {"1000.5"} of 1.000,5. None if it is
// plain already, or no number.
std::vector<std::string> plain_spellings(const std::string& text);

// "write 1000, or 1.000 if that is meant" of those spellings that `accepts` takes; of others what else is wrong, or "".
std::string number_remedy(const yaml::Node& value,
                          const std::function<bool(const std::string& plain)>& accepts);

// Whether a spelling is a whole number in digits, which a decimal point in the text could not have meant.
bool is_whole_spelling(const std::string& plain);

// "write steps: 1000" of {steps: 1,000}, which YAML reads as steps: 1 and a key 000; "" if `key` of the map is no such rest.
std::string split_number_remedy(const yaml::Node& map, const std::string& key);

}  // namespace weir
