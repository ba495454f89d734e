// SPDX-License-Identifier: Apache-2.0
#include "lib/json/strict_json.h"

#include <algorithm>
#include <set>

namespace hallmark {
namespace {

constexpr size_t kMaxDepth = 16;
constexpr size_t kMaxValues = 100000;
constexpr uint64_t kMaxNumber = INT64_MAX;  // sizes and offsets are off_t in the end

/// Checks what a tree of values could no longer tell: keys that came twice, depth, how a number was written.
class StrictChecker : public nlohmann::json_sax<Json> {
 public:
  [[nodiscard]] const std::string& reason() const { return reason_; }

  bool null() override { return Count(); }
  bool boolean(bool /*value*/) override { return Count(); }
  bool number_integer(number_integer_t /*value*/) override { return Refuse("a negative number"); }
  bool number_unsigned(number_unsigned_t value) override {
    return value > kMaxNumber ? Refuse("a number larger than 2^63 - 1") : Count();
  }
  bool number_float(number_float_t /*value*/, const string_t& text) override {
    return Refuse("the number " + text.substr(0, 40) + " is not an integer from 0 to 2^63 - 1");
  }
  bool string(string_t& /*value*/) override { return Count(); }
  bool binary(binary_t& /*value*/) override { return Refuse("binary data"); }
  bool start_object(size_t /*elements*/) override {
    keys_.emplace_back();
    return Open();
  }
  bool key(string_t& key) override {
    return keys_.back().insert(key).second ? Count() : Refuse("the key \"" + key.substr(0, 40) + "\" comes twice");
  }
  bool end_object() override {
    keys_.pop_back();
    --depth_;
    return true;
  }
  bool start_array(size_t /*elements*/) override { return Open(); }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(size_t position, const std::string& /*token*/, const nlohmann::detail::exception& error) override {
    // The library's text without its "[json.exception.parse_error.101] " and what follows the place.
    std::string text = error.what();
    text = text.substr(text.find("] ") + 2, 200);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return Refuse("at byte " + std::to_string(position) + ": " + text);
  }

 private:
  bool Open() { return ++depth_ > kMaxDepth ? Refuse("more than 16 levels") : Count(); }
  bool Count() { return ++values_ > kMaxValues ? Refuse("more than 100,000 values") : true; }
  bool Refuse(std::string reason) {
    if (reason_.empty()) reason_ = std::move(reason);
    return false;
  }

  std::vector<std::set<std::string>> keys_;
  size_t depth_ = 0;
  size_t values_ = 0;
  std::string reason_;
};

const Json kNull;

bool IsLowerHex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

}  // namespace

Result<Json> ParseStrictJson(std::string_view text, size_t max_size, std::string_view what) {
  if (text.size() > max_size) {
    return CorruptError(std::string(what) + ": larger than " + std::to_string(max_size) + " bytes");
  }
  StrictChecker checker;
  if (!Json::sax_parse(text, &checker)) {
    return CorruptError(std::string(what) + ": not the JSON that is expected: " + checker.reason());
  }
  return Json::parse(text);
}

std::string CanonicalJson(const Json& value) {
  // Text that is not UTF-8 gets U+FFFD for what is wrong, where the default would throw.
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

ObjectReader::ObjectReader(const Json& value, std::string where) : object_(&value), where_(std::move(where)) {
  if (!value.is_object()) error_ = CorruptError((where_.empty() ? "the document" : where_) + ": not an object");
}

bool ObjectReader::Has(std::string_view key) const {
  return object_->is_object() && object_->find(key) != object_->end();
}

std::string ObjectReader::Place(std::string_view key) const {
  return where_.empty() ? std::string(key) : where_ + "." + std::string(key);
}

void ObjectReader::Refuse(std::string_view key, std::string_view text) {
  if (!error_) error_ = CorruptError(Place(key) + ": " + std::string(text));
}

const Json& ObjectReader::Take(std::string_view key) {
  if (error_) return kNull;
  taken_.emplace_back(key);
  const auto member = object_->find(key);
  if (member == object_->end()) {
    Refuse(key, "missing");
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

Result<void> ObjectReader::Finish() const {
  if (error_) return *error_;
  for (const auto& [key, value] : object_->items()) {
    if (std::find(taken_.begin(), taken_.end(), key) == taken_.end()) {
      return CorruptError(Place(key.substr(0, 40)) + ": unknown here");
    }
  }
  return {};
}

}  // namespace hallmark
