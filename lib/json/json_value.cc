// SPDX-License-Identifier: Apache-2.0
#include "lib/json/json_value.h"

#include "lib/json/strict_json.h"

namespace hallmark {

JsonValue::JsonValue(std::nullptr_t) : json_(std::make_unique<Json>()) {}
JsonValue::JsonValue(Truth truth) : json_(std::make_unique<Json>(truth.value)) {}
JsonValue::JsonValue(std::in_place_t, uint64_t number) : json_(std::make_unique<Json>(number)) {}
JsonValue::JsonValue(std::in_place_t, int64_t number)
    : json_(number < 0 ? std::make_unique<Json>(number) : std::make_unique<Json>(static_cast<uint64_t>(number))) {}
JsonValue::JsonValue(double number) : json_(std::make_unique<Json>(number)) {}
JsonValue::JsonValue(std::string_view text) : json_(std::make_unique<Json>(text)) {}
JsonValue::JsonValue(const std::optional<uint64_t>& number) : JsonValue() {
  if (number) *json_ = *number;
}
JsonValue::JsonValue(Json&& json) : json_(std::make_unique<Json>(std::move(json))) {}
JsonValue::JsonValue(const Json& json) : json_(std::make_unique<Json>(json)) {}

JsonValue JsonValue::Object(std::initializer_list<Member> members) {
  JsonValue object(Json::object());
  for (const auto& [key, value] : members) object.Set(key, value);
  return object;
}

JsonValue JsonValue::Array() { return JsonValue(Json::array()); }

JsonValue::JsonValue(const JsonValue& other) : json_(std::make_unique<Json>(*other.json_)) {}
JsonValue::JsonValue(JsonValue&& other) noexcept = default;
JsonValue& JsonValue::operator=(const JsonValue& other) {
  *this = JsonValue(other);
  return *this;
}
JsonValue& JsonValue::operator=(JsonValue&& other) noexcept = default;
JsonValue::~JsonValue() = default;

JsonValue& JsonValue::Set(std::string_view key, const JsonValue& value) {
  (*json_)[std::string(key)] = *value.json_;
  return *this;
}

JsonValue& JsonValue::Append(const JsonValue& value) {
  json_->push_back(*value.json_);
  return *this;
}

bool JsonValue::IsObject() const { return json_->is_object(); }

std::optional<uint64_t> JsonValue::Number(std::string_view key) const {
  const auto member = json_->find(std::string(key));
  if (member == json_->end() || !member->is_number_unsigned()) return std::nullopt;
  return member->get<uint64_t>();
}

std::string JsonValue::Text() const { return json_->dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string JsonValue::CanonicalText() const {
  // U+FFFD replaces bytes that are not UTF-8; by default the library would throw.
  return json_->dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<JsonValue> ParseJsonValue(std::string_view text, size_t max_size, std::string_view what) {
  ASSIGN_OR_RETURN(Json json, ParseStrictJson(text, max_size, what));
  return JsonValue(std::move(json));
}

}  // namespace hallmark
