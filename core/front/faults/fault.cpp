// core/front/faults/fault.cpp -- the text and the JSON of faults, and the nearest word.
#include <weir/front/faults/fault.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>

#include <weir/front/faults/wording.hpp>
#include <weir/text/utf8.hpp>

namespace weir {
namespace {

// Lines of the files that faults point into, read when first needed.
class Sources {
 public:
  // The line without its end, control bytes replaced; false if the file cannot be read or is shorter.
  bool line(const Place& place, std::string& text) {
    if (place.line < 1) return false;
    auto [entry, fresh] = files_.try_emplace(place.file);
    if (fresh) {
      std::ifstream in(place.file, std::ios::binary);
      for (std::string next; std::getline(in, next);) entry->second.push_back(next);
      if (!entry->second.empty() && entry->second.front().starts_with("\xEF\xBB\xBF"))
        entry->second.front().erase(0, 3);
    }
    if (static_cast<std::size_t>(place.line) > entry->second.size()) return false;
    text = entry->second[place.line - 1];
    if (!text.empty() && text.back() == '\r') text.pop_back();
    text = wording::printable(text);
    return true;
  }

 private:
  std::map<std::string, std::vector<std::string>> files_;
};

// The source line with carets under the place, and the remedy behind them; "" if the line cannot be shown.
std::string excerpt(Sources& sources, const Place& place, const std::string& remedy) {
  std::string line;
  if (!sources.line(place, line)) return "";
  constexpr std::size_t widest = 120;
  std::size_t column = std::max(1, place.column);
  const std::size_t length = std::max(1, place.length);
  if (utf8::count(line) > widest) {
    const std::size_t from = column > widest / 2 ? column - widest / 2 : 0;
    const bool more = utf8::count(line) > from + widest;
    line = (from > 0 ? "..." + utf8::part(line, from + 3, widest - 3) : utf8::part(line, 0, widest)) +
           (more ? "..." : "");
    column -= from;
  }
  // Where the line's characters stand on the terminal; a place may lie behind its end.
  const std::string before = utf8::part(line, 0, column - 1);
  const std::size_t behind = column - 1 - utf8::count(before);
  const std::size_t carets = std::max<std::size_t>(1, utf8::width(utf8::part(line, column - 1, length)));
  return fmt::format("{:>5} | {}\n      | {}{}{}{}\n", place.line, line,
                     std::string(utf8::width(before) + behind, ' '), std::string(carets, '^'),
                     remedy.empty() ? "" : " ", remedy);
}

std::string where(const Place& place) {
  if (place.line < 1) return place.file;
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

std::string text_of(Sources& sources, const Fault& fault) {
  // What escapes in a file stand for could move the cursor of a terminal.
  using wording::printable;
  std::string text =
      fmt::format("{}: error[{}]: {}\n", where(fault.place), fault.code, printable(fault.message));
  const std::string remedy = printable(fault.remedy);
  const std::string shown = excerpt(sources, fault.place, remedy);
  text += shown;
  if (shown.empty() && !remedy.empty()) text += "   = " + remedy + "\n";
  for (const Fault::Also& also : fault.also) {
    text += fmt::format("   {}: {}\n", where(also.place), printable(also.caption)) +
            excerpt(sources, also.place, "");
  }
  for (const std::string& note : fault.notes) text += "   = " + printable(note) + "\n";
  return text;
}

// The command that explains the faults, with the first few of their codes.
std::string explained_by(const Faults& faults) {
  constexpr std::size_t most_named = 3;
  std::vector<std::string> codes;
  for (const Fault& fault : faults) {
    if (codes.size() < most_named && std::ranges::find(codes, fault.code) == codes.end())
      codes.push_back(fault.code);
  }
  return codes.empty() ? "" : fmt::format("explained by: weir explain {}", fmt::join(codes, " "));
}

std::string lower(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
  return word;
}

// Damerau distance, restricted: insertions, deletions, replacements, and swaps of neighbours.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

nlohmann::json json_of(const Place& place) {
  return {{"file", place.file}, {"line", place.line}, {"column", place.column}, {"length", place.length}};
}

}  // namespace

InvalidPipeline::InvalidPipeline(Faults faults)
    : std::runtime_error(text(faults)), faults_(std::move(faults)) {}

std::string text(const Faults& faults) {
  Sources sources;
  std::string all;
  for (const Fault& fault : faults) all += text_of(sources, fault);
  return all + fmt::format("{}. Nothing was run.        {}\n", wording::count(faults.size(), "error"),
                           explained_by(faults));
}

nlohmann::json to_json(const Faults& faults) {
  nlohmann::json list = nlohmann::json::array();
  for (const Fault& fault : faults) {
    nlohmann::json entry = json_of(fault.place);
    entry["code"] = fault.code;
    entry["message"] = fault.message;
    entry["remedy"] = fault.remedy;
    entry["notes"] = fault.notes;
    entry["also"] = nlohmann::json::array();
    for (const Fault::Also& also : fault.also) {
      nlohmann::json other = json_of(also.place);
      other["caption"] = also.caption;
      entry["also"].push_back(other);
    }
    list.push_back(entry);
  }
  return list;
}

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
  if (word.size() > 100) return "";
  const std::string wanted = lower(word);
  std::string best;
  std::size_t least = 2 + word.size() / 5;  // one more than what is still near
  for (const std::string& candidate : candidates) {
    if (candidate.size() > 100) continue;
    const std::size_t d = distance(wanted, lower(candidate));
    if (d < least && d < std::max(wanted.size(), candidate.size())) {  // something must be in common
      least = d;
      best = candidate;
    }
  }
  return best;
}

}  // namespace weir
