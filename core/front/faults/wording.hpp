// core/front/faults/wording.hpp -- how values, lists and numbers are put into the sentences of faults.
#pragma once

#include <string>
#include <vector>

namespace weir::wording {

// The text with a blank for each tab and '?' for every control character and every byte that is no UTF-8.
std::string printable(const std::string& text);

// The value in single quotes, what is no printable text escaped, shortened to 60 characters: 'sigam'.
std::string quote(const std::string& value);

// "a, b, c", or "" for none.
std::string listed(const std::vector<std::string>& words);

// "a, b or c", each in quotes.
std::string either(const std::vector<std::string>& words);

// "1 run", "2 runs".
std::string count(std::size_t n, const std::string& noun);

// "a source", "an objective".
std::string with_article(const std::string& noun);

// What has a facet of that name has: "a log density" of log_density, "moments".
std::string facet(const std::string& name);

// "did you mean 'sigma'?" for the nearest candidate, or "" if none is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

// Shortest text that reads back as the same number, without a trailing ".0".
std::string number(double value);

// Whether the word matches [A-Za-z_][A-Za-z0-9_]*, the rule for names of nodes, axes and vars.
bool is_name(const std::string& word);

}  // namespace weir::wording
