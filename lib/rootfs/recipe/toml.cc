// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "lib/base/nearest.h"
#include "lib/base/printable.h"

namespace hallmark {
namespace {

constexpr size_t kMaxTextSize = 16 << 20;

TextPosition Position(const toml::source_region& source) { return {source.begin.line, source.begin.column}; }

TomlValue Convert(const toml::node& node);

std::vector<TomlValue::Member> ConvertMembers(const toml::table& table) {
  std::vector<TomlValue::Member> members;
  for (const auto& [key, value] : table) {
    members.push_back({std::string(key.str()), Position(key.source()), Convert(value)});
  }
  return members;
}

TomlValue Convert(const toml::node& node) {
  using Type = TomlValue::Type;
  TomlValue value;
  value.position = Position(node.source());
  if (const auto* table = node.as_table()) {
    value.members = ConvertMembers(*table);
  } else if (const auto* array = node.as_array()) {
    value.type = Type::kArray;
    for (const toml::node& item : *array) value.items.push_back(Convert(item));
  } else if (const auto* string = node.as_string()) {
    value.type = Type::kString;
    value.string = string->get();
  } else if (const auto* integer = node.as_integer()) {
    value.type = Type::kInteger;
    value.integer = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    value.type = Type::kFloat;
    value.number = number->get();
  } else if (const auto* boolean = node.as_boolean()) {
    value.type = Type::kBoolean;
    value.boolean = boolean->get();
  } else {
    value.type = Type::kDate;
  }
  return value;
}

std::string_view TypeName(TomlValue::Type type) {
  constexpr std::array<std::string_view, 7> kNames = {"a string", "an integer", "a number", "true or false",
                                                      "a date",   "a list",     "a table"};
  return kNames[static_cast<size_t>(type)];
}

Error UnknownKey(const TomlDocument& document, const TomlValue::Member& member, std::string_view table,
                 const std::vector<TomlField>& fields) {
  const auto nearest = std::min_element(fields.begin(), fields.end(), [&](const TomlField& a, const TomlField& b) {
    return EditDistance(member.key, a.key) < EditDistance(member.key, b.key);
  });
  return document.At(member.position, "'" + Printable(member.key) + "' is not a key of " + std::string(table) +
                                          "; the nearest one is '" + std::string(nearest->key) + "'");
}

}  // namespace

Error TomlDocument::At(TextPosition position, std::string_view message) const {
  return {kind,
          file.string() + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) + ": " +
              std::string(message),
          ""};
}

Result<TomlValue> ParseToml(std::string_view text, const TomlDocument& document) {
  if (text.size() > kMaxTextSize) return document.At({}, "larger than 16 MiB");
  try {
    return Convert(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return document.At(Position(error.source()), error.description());
  }
}

Result<void> ReadTomlTable(const TomlDocument& document, const TomlValue& table, std::string_view name,
                           const std::vector<TomlField>& fields) {
  RETURN_IF_ERROR(TomlTaker(document).Expect(table, TomlValue::Type::kTable));
  for (const TomlValue::Member& member : table.members) {
    const auto field =
        std::find_if(fields.begin(), fields.end(), [&](const TomlField& f) { return f.key == member.key; });
    if (field == fields.end()) return UnknownKey(document, member, name, fields);
    RETURN_IF_ERROR(field->take(member.value));
  }
  for (const TomlField& field : fields) {
    const bool present = std::any_of(table.members.begin(), table.members.end(),
                                     [&](const TomlValue::Member& member) { return member.key == field.key; });
    if (field.required && !present) {
      return document.At(table.position,
                         "key '" + std::string(field.key) + "' of " + std::string(name) + " is missing");
    }
  }
  return {};
}

Result<void> TomlTaker::Expect(const TomlValue& value, TomlValue::Type type) const {
  if (value.type == type) return {};
  return document_.At(value.position,
                      "expected " + std::string(TypeName(type)) + ", found " + std::string(TypeName(value.type)));
}

TomlTake TomlTaker::String(std::string* out, TomlCheck check) const {
  return [this, out, check = std::move(check)](const TomlValue& value) -> Result<void> {
    RETURN_IF_ERROR(Expect(value, TomlValue::Type::kString));
    if (const std::string wrong = check ? check(value.string) : ""; !wrong.empty()) {
      return document_.At(value.position, "'" + Printable(value.string) + "' " + wrong);
    }
    *out = value.string;
    return {};
  };
}

TomlTake TomlTaker::Strings(std::vector<std::string>* out, TomlCheck check) const {
  return [this, out, check = std::move(check)](const TomlValue& value) -> Result<void> {
    RETURN_IF_ERROR(Expect(value, TomlValue::Type::kArray));
    for (const TomlValue& item : value.items) {
      std::string string;
      RETURN_IF_ERROR(String(&string, check)(item));
      out->push_back(std::move(string));
    }
    return {};
  };
}

TomlTake TomlTaker::Boolean(bool* out) const {
  return [this, out](const TomlValue& value) -> Result<void> {
    RETURN_IF_ERROR(Expect(value, TomlValue::Type::kBoolean));
    *out = value.boolean;
    return {};
  };
}

TomlTake TomlTaker::Integer(uint64_t* out, uint64_t minimum, uint64_t maximum) const {
  return [this, out, minimum, maximum](const TomlValue& value) -> Result<void> {
    RETURN_IF_ERROR(Expect(value, TomlValue::Type::kInteger));
    if (value.integer < 0 || static_cast<uint64_t>(value.integer) < minimum ||
        static_cast<uint64_t>(value.integer) > maximum) {
      return document_.At(value.position, std::to_string(value.integer) + " is not a number from " +
                                              std::to_string(minimum) + " to " + std::to_string(maximum));
    }
    *out = static_cast<uint64_t>(value.integer);
    return {};
  };
}

TomlTake TomlTaker::Converted(std::function<Result<void>(const std::string&)> convert) const {
  return [this, convert = std::move(convert)](const TomlValue& value) -> Result<void> {
    RETURN_IF_ERROR(Expect(value, TomlValue::Type::kString));
    if (auto result = convert(value.string); !result.ok()) {
      return document_.At(value.position, result.error().message).WithHint(result.error().hint);
    }
    return {};
  };
}

TomlTake TomlTaker::Tables(TomlTake take) const {
  return [this, take = std::move(take)](const TomlValue& value) -> Result<void> {
    RETURN_IF_ERROR(Expect(value, TomlValue::Type::kArray));
    for (const TomlValue& item : value.items) {
      RETURN_IF_ERROR(Expect(item, TomlValue::Type::kTable));
      RETURN_IF_ERROR(take(item));
    }
    return {};
  };
}

std::string QuoteToml(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04X", byte);
      quoted += escape;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace hallmark
