// core/front/check/judged_keys.cpp -- the keys of `expect:` and `compare:`, in the order in which they are written.
#include <weir/front/check/judged_keys.hpp>

namespace weir {
namespace {

using Json = nlohmann::ordered_json;
using Cases = std::map<std::string, nlohmann::json>;

constexpr const char* of_cases = "the cases that are meant, by the axes of the sweep";

Json cases_json(const Cases& cases) {
  Json j;
  for (const auto& [axis, value] : cases) j[axis] = value;
  return j;
}

Json text_json(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json number_json(const std::optional<double>& number) { return number ? Json(*number) : Json(); }

// A key whose value is not kept.
template <class Entry>
JudgedKey<Entry> note() {
  return {"note", Judged::note, "", [](const Entry&, const std::string&) { return Json(); },
          [](Entry&, const std::string&, const nlohmann::json&) {}};
}

template <class Entry>
JudgedKey<Entry> where() {
  return {"where", Judged::cases, of_cases,
          [](const Entry& entry, const std::string&) { return cases_json(entry.where); },
          [](Entry& entry, const std::string&, const nlohmann::json& value) {
            entry.where = value.get<Cases>();
          }};
}

template <class Entry>
JudgedKey<Entry> that(const std::string& description) {
  return {"that", Judged::output, description,
          [](const Entry& entry, const std::string&) { return text_json(entry.that); },
          [](Entry& entry, const std::string&, const nlohmann::json& value) { entry.that = value; }};
}

JudgedKey<Expectation> relation(const std::string& name) {
  return {name, Judged::bound, "a number, or another one of the run",
          [](const Expectation& entry, const std::string& own) {
            if (entry.relation != own) return Json();
            return entry.other.empty() ? Json(entry.value) : Json(entry.other);
          },
          [](Expectation& entry, const std::string& own, const nlohmann::json& value) {
            entry.relation = own;
            if (value.is_string())
              entry.other = value;
            else
              entry.value = value;
          }};
}

}  // namespace

const std::vector<JudgedKey<Expectation>>& expect_keys() {
  using Entry = Expectation;
  static const std::vector<JudgedKey<Entry>> keys = {
      that<Entry>("the number that is meant: node.output"),
      where<Entry>(),
      relation("at_least"),
      relation("at_most"),
      relation("equals"),
      {"times", Judged::factor, "how many times the other number of the run",
       [](const Entry& entry, const std::string&) { return entry.times != 1 ? Json(entry.times) : Json(); },
       [](Entry& entry, const std::string&, const nlohmann::json& value) { entry.times = value; }},
      {"share", Judged::probability, "the share of the cases in which it must hold",
       [](const Entry& entry, const std::string&) { return entry.share < 1 ? Json(entry.share) : Json(); },
       [](Entry& entry, const std::string&, const nlohmann::json& value) { entry.share = value; }},
      {"within", Judged::tolerance, "how far from it",
       [](const Entry& entry, const std::string&) { return number_json(entry.within); },
       [](Entry& entry, const std::string&, const nlohmann::json& value) {
         entry.within = value.get<double>();
       }},
      {"within_se", Judged::chance_or_tolerance,
       "how many standard errors from it, as of a normal law; auto: as many as error_rate allows",
       [](const Entry& entry, const std::string&) {
         return entry.within_chance ? Json("auto") : number_json(entry.within_se);
       },
       [](Entry& entry, const std::string&, const nlohmann::json& value) {
         entry.within_chance = value == "auto";
         if (!entry.within_chance) entry.within_se = value.get<double>();
       }},
      note<Entry>()};
  return keys;
}

const std::vector<JudgedKey<ExpectedOrder>>& compare_keys() {
  using Entry = ExpectedOrder;
  static const std::vector<JudgedKey<Entry>> keys = {
      that<Entry>("the number that is compared along the axis"),
      {"axis", Judged::axis, "the axis of the sweep whose two values are compared",
       [](const Entry& entry, const std::string&) { return text_json(entry.axis); },
       [](Entry& entry, const std::string&, const nlohmann::json& value) { entry.axis = value; }},
      {"less", Judged::value, "the axis's value, or the number of the run, that should be less",
       [](const Entry& entry, const std::string&) { return Json(entry.less); },
       [](Entry& entry, const std::string&, const nlohmann::json& value) { entry.less = value; }},
      {"than", Judged::value, "the axis's value, or the number of the run, that should be more",
       [](const Entry& entry, const std::string&) { return Json(entry.than); },
       [](Entry& entry, const std::string&, const nlohmann::json& value) { entry.than = value; }},
      where<Entry>(),
      {"p_below", Judged::probability, "two-sided, by default its part of error_rate",
       [](const Entry& entry, const std::string&) { return number_json(entry.p_below); },
       [](Entry& entry, const std::string&, const nlohmann::json& value) {
         entry.p_below = value.get<double>();
       }},
      note<Entry>()};
  return keys;
}

}  // namespace weir
