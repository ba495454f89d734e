// SPDX-License-Identifier: Apache-2.0
#include "lib/json/object_reader.h"

#include <algorithm>

#include "lib/base/nearest.h"
#include "lib/base/printable.h"
#include "lib/json/placed_json.h"
#include "lib/json/strict_json.h"

namespace hallmark {
namespace {

const Json kNull;

bool IsLowerHex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

}  // namespace

ObjectReader::ObjectReader(const Json& value, std::string where, const PlacedJson* document, ErrorKind kind)
    : object_(&value), where_(std::move(where)), document_(document), kind_(kind) {
  if (value.is_object()) return;
  const std::string prefix = document_ != nullptr ? document_->Prefix(document_->PlaceOf(value)) : "";
  error_ = Error{kind_, prefix + (where_.empty() ? "the document" : where_) + ": not an object", ""};
}

bool ObjectReader::Has(std::string_view key) {
  known_.emplace_back(key);
  return object_->is_object() && object_->find(key) != object_->end();
}

std::string ObjectReader::Place(std::string_view key) const {
  return where_.empty() ? std::string(key) : where_ + "." + std::string(key);
}

void ObjectReader::Refuse(std::string_view key, std::string_view text) {
  if (error_) return;
  std::string prefix;
  if (document_ != nullptr) {
    const auto member = object_->find(key);
    prefix =
        document_->Prefix(member == object_->end() ? document_->PlaceOf(*object_) : document_->PlaceOfKeyOf(*member));
  }
  error_ = Error{kind_, prefix + Place(key) + ": " + std::string(text), ""};
}

void ObjectReader::RefuseEntry(std::string_view key, size_t index, std::string_view text) {
  if (error_) return;
  const std::string prefix = document_ == nullptr ? "" : document_->Prefix(document_->PlaceOf((*object_)[key][index]));
  error_ = Error{kind_, prefix + Place(key) + "[" + std::to_string(index) + "]: " + std::string(text), ""};
}

const Json& ObjectReader::Take(std::string_view key) {
  known_.emplace_back(key);
  if (error_) return kNull;
  const auto member = object_->find(key);
  if (member == object_->end()) {
    Refuse(key, "missing");
    missing_ = key;
    return kNull;
  }
  return *member;
}

std::string ObjectReader::TakeText(std::string_view key, size_t max_size) {
  const Json& value = Take(key);
  if (!value.is_string()) {
    Refuse(key, "not a text");
    return {};
  }
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() > max_size) {
    Refuse(key, "longer than " + std::to_string(max_size) + " bytes");
    return {};
  }
  return text;
}

uint64_t ObjectReader::TakeNumber(std::string_view key) {
  const Json& value = Take(key);
  if (value.is_number_unsigned()) return value.get<uint64_t>();
  Refuse(key, "not a number");
  return 0;
}

bool ObjectReader::TakeBool(std::string_view key) {
  const Json& value = Take(key);
  if (value.is_boolean()) return value.get<bool>();
  Refuse(key, "not true or false");
  return false;
}

const Json& ObjectReader::TakeArray(std::string_view key, size_t max_size) {
  static const Json kEmpty = Json::array();
  const Json& value = Take(key);
  if (!value.is_array()) {
    Refuse(key, "not a list");
    return kEmpty;
  }
  if (value.size() > max_size) {
    Refuse(key, "more than " + std::to_string(max_size) + " entries");
    return kEmpty;
  }
  return value;
}

ByteVector ObjectReader::TakeHexBytes(std::string_view key, size_t max_size) {
  const std::string text = TakeText(key, max_size * 2);
  if (text.size() % 2 != 0 || !IsLowerHex(text)) {
    Refuse(key, "not lower-case hexadecimal");
    return {};
  }
  return FromHex(text).value();
}

void ObjectReader::TakeHexInto(std::string_view key, MutableByteSpan out) {
  const ByteVector bytes = TakeHexBytes(key, out.size());
  if (bytes.size() != out.size()) {
    Refuse(key, "not " + std::to_string(out.size() * 2) + " hexadecimal digits");
    return;
  }
  std::copy(bytes.begin(), bytes.end(), out.begin());
}

std::string ObjectReader::NearestKnown(const std::string& key) const {
  const std::vector<std::string> nearest = NearestNames(key.substr(0, 40), known_, 1);
  return nearest.empty() ? "" : nearest[0];
}

Error ObjectReader::UnknownKey(const std::string& key, const Json& value) const {
  const std::string prefix = document_ == nullptr ? "" : document_->Prefix(document_->PlaceOfKeyOf(value));
  const std::string nearest = NearestKnown(key);
  return Error{kind_,
               prefix + Place(Printable(key.substr(0, 40))) + ": unknown here" +
                   (nearest.empty() ? "" : ", the nearest key is \"" + nearest + "\""),
               ""};
}

Result<void> ObjectReader::Finish() const {
  if (error_ && missing_.empty()) return *error_;
  for (const auto& [key, value] : object_->items()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    // The missing member may be present under a misspelt key.
    if (!error_ || NearestKnown(key) == missing_) return UnknownKey(key, value);
  }
  return error_ ? *error_ : Result<void>();
}

std::vector<const Json*> TakeEntries(ObjectReader& reader, std::string_view key, size_t max_count) {
  const Json& array = reader.TakeArray(key, max_count);
  std::vector<const Json*> entries;
  entries.reserve(array.size());
  for (const Json& entry : array) entries.push_back(&entry);
  return entries;
}

std::optional<std::string> TextOf(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  return value.get<std::string>();
}

std::vector<std::pair<std::string, const Json*>> TakeMembers(ObjectReader& reader, std::string_view key) {
  const Json& object = reader.Take(key);
  std::vector<std::pair<std::string, const Json*>> members;
  if (!object.is_object()) {
    reader.Refuse(key, "not an object");
    return members;
  }
  for (const auto& [name, value] : object.items()) members.emplace_back(name, &value);
  return members;
}

}  // namespace hallmark
