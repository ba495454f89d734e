// SPDX-License-Identifier: Apache-2.0
#include "lib/json/strict_json.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "lib/base/nearest.h"
#include "lib/base/printable.h"

namespace hallmark {
namespace {

constexpr size_t kMaxDepth = 16;
constexpr size_t kMaxValues = 100000;
constexpr size_t kMaxKeys = 4096;           // of one object: the tree looks for each among those before it
constexpr uint64_t kMaxNumber = INT64_MAX;  // sizes and offsets are off_t in the end

/// Reads a text for the parser and counts what it took: its callbacks come when exactly their token was read, or, for a
/// number, one character more.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, size_t* count) : at_(at), count_(count) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  size_t* count_;
};

/// Lines and columns of offsets that grow.
class PlaceCounter {
 public:
  explicit PlaceCounter(std::string_view text) : text_(text) {}

  JsonPlace At(size_t offset) {
    for (; offset_ < std::min(offset, text_.size()); ++offset_) {
      const auto byte = static_cast<uint8_t>(text_[offset_]);
      if (byte == '\n') {
        ++place_.line;
        place_.column = 1;
      } else if ((byte & 0xC0) != 0x80) {  // not the rest of a character of UTF-8
        ++place_.column;
      }
    }
    return place_;
  }

 private:
  std::string_view text_;
  size_t offset_ = 0;
  JsonPlace place_{1, 1};
};

/// Checks what a tree of values could no longer tell: keys that came twice, depth, how a number was written. Notes
/// where each key and value stands, in the order of the text.
class StrictChecker : public nlohmann::json_sax<Json> {
 public:
  explicit StrictChecker(std::string_view text) : text_(text), counter_(text) {}

  /// False: see reason() and last_place().
  bool Check() {
    const char* const begin = text_.data();
    return Json::sax_parse(CountingIterator(begin, &read_), CountingIterator(begin + text_.size(), &read_), this);
  }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] const std::vector<JsonPlace>& places() const { return places_; }
  [[nodiscard]] JsonPlace last_place() const { return last_place_; }

  bool null() override { return Count(); }
  bool boolean(bool /*value*/) override { return Count(); }
  bool number_integer(number_integer_t /*value*/) override { return Count() && Refuse("a negative number"); }
  bool number_unsigned(number_unsigned_t value) override {
    return Count() && (value <= kMaxNumber || Refuse("a number larger than 2^63 - 1"));
  }
  bool number_float(number_float_t /*value*/, const string_t& text) override {
    return Count() && Refuse("the number " + text.substr(0, 40) + " is not an integer from 0 to 2^63 - 1");
  }
  bool string(string_t& /*value*/) override { return Count(); }
  bool binary(binary_t& /*value*/) override { return Refuse("binary data"); }
  bool start_object(size_t /*elements*/) override {
    keys_.emplace_back();
    return Open();
  }
  bool key(string_t& key) override {
    return Count() &&
           (keys_.back().insert(key).second ||
            Refuse("the key \"" + Printable(key.substr(0, 40)) + "\" comes twice")) &&
           (keys_.back().size() <= kMaxKeys || Refuse("more than 4,096 keys in an object"));
  }
  bool end_object() override {
    keys_.pop_back();
    return Close();
  }
  bool start_array(size_t /*elements*/) override { return Open(); }
  bool end_array() override { return Close(); }
  bool parse_error(size_t position, const std::string& /*token*/, const nlohmann::detail::exception& error) override {
    last_place_ = counter_.At(position == 0 ? 0 : position - 1);
    // The library's text without "[json.exception.parse_error.101] parse error at line 1, column 5: ".
    std::string text = error.what();
    size_t begin = text.find(": ");
    if (begin == std::string::npos) begin = text.find("] ");
    text = text.substr(begin == std::string::npos ? 0 : begin + 2, 200);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return Refuse(std::move(text));
  }

 private:
  bool Open() { return Count() && (++depth_ <= kMaxDepth || Refuse("more than 16 levels")); }
  bool Close() {
    --depth_;
    token_end_ = read_;
    return true;
  }
  /// Notes a key or a value: it begins after what stands between tokens.
  bool Count() {
    const size_t begin = text_.find_first_not_of(" \t\r\n,:", token_end_);
    token_end_ = read_;
    last_place_ = counter_.At(begin);
    places_.push_back(last_place_);
    return places_.size() <= kMaxValues || Refuse("more than 100,000 values");
  }
  bool Refuse(std::string reason) {
    if (reason_.empty()) reason_ = std::move(reason);
    return false;
  }

  std::string_view text_;
  PlaceCounter counter_;
  size_t read_ = 0;       // bytes that the parser took
  size_t token_end_ = 0;  // of the last token that was noted
  std::vector<JsonPlace> places_;
  JsonPlace last_place_;
  std::vector<std::set<std::string>> keys_;
  size_t depth_ = 0;
  std::string reason_;
};

std::string PlacePrefix(std::string_view what, JsonPlace place) {
  return std::string(what) + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": ";
}

const Json kNull;

bool IsLowerHex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

/// Checks a text, and gives the places of its keys and values.
Result<std::vector<JsonPlace>> CheckStrictly(std::string_view text, size_t max_size, std::string_view what) {
  if (text.size() > max_size) {
    return CorruptError(std::string(what) + ": larger than " + std::to_string(max_size) + " bytes");
  }
  const auto refuse = [&](JsonPlace place, const std::string& reason) {
    return CorruptError(PlacePrefix(what, place) + "not the JSON that is expected: " + reason);
  };
  // The parser skips the one, and takes the other for the end.
  if (text.starts_with("\xEF\xBB\xBF")) return refuse({1, 1}, "a byte order mark");
  if (const size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return refuse(PlaceCounter(text).At(nul), "a NUL");
  }
  StrictChecker checker(text);
  if (!checker.Check()) return refuse(checker.last_place(), checker.reason());
  return checker.places();
}

}  // namespace

Result<Json> ParseStrictJson(std::string_view text, size_t max_size, std::string_view what) {
  RETURN_IF_ERROR(CheckStrictly(text, max_size, what));
  return Json::parse(text);
}

Result<PlacedJson> PlacedJson::Parse(std::string_view text, size_t max_size, std::string_view what) {
  ASSIGN_OR_RETURN(const std::vector<JsonPlace> places, CheckStrictly(text, max_size, what));
  PlacedJson document;
  document.what_ = what;
  document.value_ = std::make_unique<const Json>(Json::parse(text));
  size_t next = 0;
  document.Note(*document.value_, places, next);
  return document;
}

void PlacedJson::Note(const Json& value, const std::vector<JsonPlace>& places, size_t& next) {
  places_[&value] = places[next++];
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      key_places_[&member] = places[next++];
      Note(member, places, next);
    }
  } else if (value.is_array()) {
    for (const Json& entry : value) Note(entry, places, next);
  }
}

std::string PlacedJson::Prefix(JsonPlace place) const { return PlacePrefix(what_, place); }

std::string CanonicalJson(const Json& value) {
  // Text that is not UTF-8 gets U+FFFD for what is wrong, where the default would throw.
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

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
    // What is missing may be there, misspelt.
    if (!error_ || NearestKnown(key) == missing_) return UnknownKey(key, value);
  }
  return error_ ? *error_ : Result<void>();
}

}  // namespace hallmark
