// core/front/check/value.cpp -- from a YAML value to the JSON value of a parameter, or a fault.
#include <weir/front/check/value.hpp>

#include <weir/front/check/accepted.hpp>
#include <weir/front/yaml/home.hpp>
#include <weir/front/yaml/scalar.hpp>
#include <weir/front/yaml/spelled_number.hpp>
#include <weir/front/yaml/written.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <filesystem>

#include <weir/front/faults/wording.hpp>

namespace weir {

using nlohmann::json;
using yaml::Node;

namespace {

using wording::quote;

// Reads one parameter's value; everything it finds wrong becomes a fault.
class Reader {
 public:
  Reader(const ParamSchema& schema, const std::string& owner, Faults& faults)
      : schema_(schema), name_("parameter '" + schema.name + "' of " + owner), faults_(faults) {}

  std::optional<json> read(const Node& value) {
    switch (schema_.type) {
      case ParamType::boolean:
        return boolean(value);
      case ParamType::integer:
        return integer(value);
      case ParamType::number:
        return number(value);
      case ParamType::angle:
        return angle(value);
      case ParamType::text:
        return value.is_scalar() ? std::optional<json>(value.text) : wrong(value, "");
      case ParamType::choice:
        return choice(value);
      case ParamType::path:
        return path(value);
      case ParamType::numbers:
        return numbers(value);
      case ParamType::matrix:
        return matrix(value);
      case ParamType::draw:
        return draw(value);
      case ParamType::texts:
        return texts(value);
    }
    return std::nullopt;
  }

 private:
  std::nullopt_t wrong(const Node& value, const std::string& remedy, const std::string& must = "") {
    faults_.push_back(value_fault("W206", value,
                                  name_ + " must be " + (must.empty() ? accepted_type(schema_.type) : must) +
                                      ", not " + yaml::describe(value),
                                  remedy));
    return std::nullopt;
  }

  std::optional<json> within(const Node& value, double number, json result) {
    if (is_within(number)) return result;
    const std::string unit = schema_.unit.empty() || schema_.unit == "1" ? "" : " " + schema_.unit;
    Fault fault =
        value_fault("W207", value,
                    fmt::format("{} must be {}{}, not {}", name_, accepted_range(schema_), unit, value.text));
    if (!schema_.description.empty()) fault.notes.push_back(schema_.name + ": " + schema_.description);
    faults_.push_back(fault);
    return std::nullopt;
  }

  bool is_within(double number) const {
    const bool low = schema_.minimum &&
                     (number < *schema_.minimum || (schema_.minimum_excluded && number == *schema_.minimum));
    const bool high = schema_.maximum &&
                      (number > *schema_.maximum || (schema_.maximum_excluded && number == *schema_.maximum));
    return !low && !high;
  }

  // What is wrong with the spelling of a number, or ""; a number that it offers would be taken.
  std::string spelling(const Node& value, bool whole) const {
    return number_remedy(value, [&](const std::string& plain) {
      const auto n = scalar::number(plain);
      return n && is_within(*n) && !leads_with_zeros(plain) && (!whole || is_whole_spelling(plain));
    });
  }

  // 007 is octal in YAML 1.1 and the rest of [1,000]: not taken for a number.
  static bool leads_with_zeros(const std::string& text) {
    const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
    return text.size() > sign + 1 && text[sign] == '0' && text[sign + 1] >= '0' && text[sign + 1] <= '9';
  }

  std::optional<json> boolean(const Node& value) {
    if (value.is_scalar() && !value.quoted) {
      if (value.text == "true" || value.text == "True") return true;
      if (value.text == "false" || value.text == "False") return false;
    }
    const std::string& t = value.text;
    if (t == "yes" || t == "on" || t == "1" || t == "Yes" || t == "TRUE") return wrong(value, "write true");
    if (t == "no" || t == "off" || t == "0" || t == "No" || t == "FALSE") return wrong(value, "write false");
    return wrong(value, "");
  }

  std::optional<json> integer(const Node& value) {
    if (value.is_scalar() && !value.quoted && !leads_with_zeros(value.text)) {
      if (const auto whole = scalar::whole(value.text))
        return within(value, static_cast<double>(*whole), *whole);
      if (const auto n = scalar::number(value.text); n && *n == std::floor(*n))
        return wrong(value, "it does not fit 64 bits");
    }
    return wrong(value, spelling(value, true));
  }

  std::optional<json> number(const Node& value) {
    const bool plain = value.is_scalar() && !value.quoted && !leads_with_zeros(value.text);
    const auto n = plain ? scalar::number(value.text) : std::nullopt;
    return n ? within(value, *n, *n) : wrong(value, spelling(value, false), "a number");
  }

  std::optional<json> angle(const Node& value) {
    const auto radians = value.is_scalar() ? scalar::angle(value.text) : std::nullopt;
    return radians ? within(value, *radians, *radians) : wrong(value, angle_spelling(value));
  }

  static std::string angle_spelling(const Node& value) {
    if (!value.is_scalar()) return "";
    Node digits = value;
    std::string unit;
    for (const std::string known : {" deg", " rad", "deg", "rad", "\xC2\xB0"}) {
      if (!unit.empty() || !value.text.ends_with(known)) continue;
      unit = known.ends_with("rad") ? " rad" : " deg";
      digits.text.resize(value.text.size() - known.size());
    }
    digits.quoted = false;
    if (scalar::number(digits.text)) return "write " + digits.text + unit;  // of 180\u00B0
    const std::string remedy =
        number_remedy(digits, [](const std::string& plain) { return scalar::number(plain).has_value(); });
    return remedy.starts_with("write ") && remedy.find(' ', 6) == std::string::npos ? remedy + unit : "";
  }

  std::optional<json> choice(const Node& value) {
    const auto& choices = schema_.choices;
    if (value.is_scalar() && std::find(choices.begin(), choices.end(), value.text) != choices.end())
      return value.text;
    Fault fault = value_fault(
        "W208", value, name_ + " must be " + wording::either(choices) + ", not " + yaml::describe(value));
    if (value.is_scalar()) fault.remedy = wording::did_you_mean(value.text, choices);
    faults_.push_back(fault);
    return std::nullopt;
  }

  std::optional<json> path(const Node& value) {
    if (!value.is_scalar() || value.text.empty()) return wrong(value, "");
    std::string path = absolute_path(value);
    const std::string remedy = variable_remedy(value.text);
    std::error_code unreadable;
    const bool there = std::filesystem::exists(path, unreadable);
    if (unreadable) {  // said here for all plugins; that there is no such file each says by itself
      faults_.push_back(value_fault(
          "W206", value,
          fmt::format("{} cannot be opened: {}: {}", name_, quote(value.text), unreadable.message()),
          unreadable == std::errc::too_many_symbolic_link_levels
              ? "name a file, not a link that leads back to itself"
              : "name one that you may read"));
      return std::nullopt;
    }
    if (remedy.empty() || there) return path;
    faults_.push_back(value_fault(
        "W206", value,
        name_ + " is taken as it is written, and no variable in it is replaced: " + quote(value.text),
        remedy));
    return std::nullopt;
  }

  std::optional<json> numbers(const Node& value) {
    if (!value.is_list())
      return wrong(value,
                   value.is_scalar() && scalar::number(value.text) ? "write [" + value.text + "]" : "");
    json list = json::array();
    bool good = true;
    for (const Node& item : value.items) {
      const auto n = number(item);
      if (!n && &item != value.items.data() && faults_.back().remedy.empty())
        faults_.back().remedy = split_remedy(*(&item - 1), item);
      good = good && n;
      if (n) list.push_back(*n);
    }
    return good ? std::optional<json>(list) : std::nullopt;
  }

  std::optional<json> texts(const Node& value) {
    if (value.is_scalar() && !value.text.empty()) return json::array({value.text});
    if (!value.is_list() || value.items.empty()) return wrong(value, "");
    json list = json::array();
    for (const Node& item : value.items) {
      if (!item.is_scalar()) return wrong(item, "", "a list of texts, each one text");
      list.push_back(item.text);
    }
    return list;
  }

  // [1,000] is a list of two.
  static std::string split_remedy(const Node& before, const Node& rest) {
    const auto digits = [](const std::string& text) {
      return !text.empty() && text.size() <= 3 && text.find_first_not_of("0123456789") == std::string::npos;
    };
    const bool split = before.is_scalar() && rest.is_scalar() && digits(before.text) && digits(rest.text) &&
                       rest.text.size() == 3;
    return split ? "write " + before.text + rest.text + " if that is one number" : "";
  }

  std::optional<json> matrix(const Node& value) {
    if (!value.is_list() || value.items.empty()) return wrong(value, "");
    json rows = json::array();
    for (const Node& row : value.items) {
      if (!row.is_list() || row.items.empty())
        return wrong(row, "each row is a list of numbers", "a list of rows");
      const auto parsed = numbers(row);
      if (!parsed) return std::nullopt;
      if (!rows.empty() && parsed->size() != rows[0].size()) {
        faults_.push_back(
            value_fault("W206", row,
                        fmt::format("the rows of {} must be equally long, and this one has {} instead of {}",
                                    name_, wording::count(parsed->size(), "number"), rows[0].size())));
        return std::nullopt;
      }
      rows.push_back(*parsed);
    }
    return rows;
  }

  std::optional<json> draw(const Node& value) {
    if (value.is_scalar() && value.text == "fresh") return "fresh";
    if (value.is_scalar() && (value.text == "fixed" || scalar::whole(value.text) >= 1)) {
      return wrong(value, "write {fixed: " + (value.text == "fixed" ? "N" : value.text) + "}");
    }
    if (const auto meant = value.is_scalar() ? plain_spellings(value.text) : std::vector<std::string>();
        !meant.empty() && is_whole_spelling(meant.front()) && scalar::whole(meant.front()) >= 1)
      return wrong(value, "write {fixed: " + meant.front() + "}");
    const yaml::Entry* fixed = value.find("fixed");
    if (!fixed || value.entries.size() != 1) {
      const std::string remedy = value.is_map() ? split_number_remedy(value, value.entries.back().key) : "";
      return wrong(value, remedy);
    }
    ParamSchema count;
    count.name = schema_.name + ".fixed";
    count.type = ParamType::integer;
    count.minimum = 1;
    count.description = schema_.description;
    Reader reader(count, name_.substr(name_.find(" of ") + 4), faults_);
    const auto n = reader.read(fixed->value);
    return n ? std::optional<json>(json{{"fixed", *n}}) : std::nullopt;
  }

  const ParamSchema& schema_;
  std::string name_;
  Faults& faults_;
};

}  // namespace

std::optional<json> parse_value(const Node& value, const ParamSchema& schema, const std::string& owner,
                                Faults& faults) {
  return Reader(schema, owner, faults).read(value);
}

}  // namespace weir
