// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/json.h"

#include <nlohmann/json.hpp>

namespace hallmark::cli {

using Value = nlohmann::ordered_json;

Json::Json() : value_(std::make_unique<Value>()) {}
Json::Json(bool value) : value_(std::make_unique<Value>(value)) {}
Json::Json(double value) : value_(std::make_unique<Value>(value)) {}
Json::Json(std::string_view value) : value_(std::make_unique<Value>(value)) {}
Json::Json(Unsigned number) : value_(std::make_unique<Value>(number.value)) {}
Json::Json(const Json& other) : value_(std::make_unique<Value>(*other.value_)) {}
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(const Json& other) {
  if (this != &other) value_ = std::make_unique<Value>(*other.value_);
  return *this;
}
Json& Json::operator=(Json&& other) noexcept = default;
Json::~Json() = default;

Json Json::Array() {
  Json array;
  *array.value_ = Value::array();
  return array;
}

Json Json::Object(std::initializer_list<Member> members) {
  Json object;
  *object.value_ = Value::object();
  for (const Member& member : members) object.Set(member.key, member.value);
  return object;
}

Json& Json::Set(std::string_view key, Json value) {
  (*value_)[std::string(key)] = std::move(*value.value_);
  return *this;
}

Json& Json::Add(Json value) {
  value_->push_back(std::move(*value.value_));
  return *this;
}

std::string Json::Text() const { return value_->dump(2, ' ', false, Value::error_handler_t::replace); }

}  // namespace hallmark::cli
