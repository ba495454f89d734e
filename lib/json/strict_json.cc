// SPDX-License-Identifier: Apache-2.0
#include "lib/json/strict_json.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "lib/base/printable.h"
#include "lib/json/placed_json.h"

namespace hallmark {
namespace {

constexpr size_t kMaxDepth = 16;
constexpr size_t kMaxValues = 100000;
constexpr size_t kMaxKeys = 4096;           // per object: the tree compares each key with those before it
constexpr uint64_t kMaxNumber = INT64_MAX;  // sizes and offsets are off_t in the end

/// Reads a text for the parser and counts the bytes that it took. A callback of the parser comes directly after its
/// token was read; after a number, one more character was read.
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

/// Computes lines and columns for increasing offsets.
class PlaceCounter {
 public:
  explicit PlaceCounter(std::string_view text) : text_(text) {}

  JsonPlace At(size_t offset) {
    for (; offset_ < std::min(offset, text_.size()); ++offset_) {
      const auto byte = static_cast<uint8_t>(text_[offset_]);
      if (byte == '\n') {
        ++place_.line;
        place_.column = 1;
      } else if ((byte & 0xC0) != 0x80) {  // not a continuation byte of UTF-8
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

/// Checks what the finished tree no longer shows: duplicate keys, depth, how a number was written. Records the place of
/// each key and value, in the order of the text.
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
  /// Records the place of a key or a value, which begins after blanks and separators.
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

/// Checks a text and returns the places of its keys and values.
Result<std::vector<JsonPlace>> CheckStrictly(std::string_view text, size_t max_size, std::string_view what) {
  if (text.size() > max_size) {
    return CorruptError(std::string(what) + ": larger than " + std::to_string(max_size) + " bytes");
  }
  const auto refuse = [&](JsonPlace place, const std::string& reason) {
    return CorruptError(PlacePrefix(what, place) + "not the JSON that is expected: " + reason);
  };
  // The parser would skip a byte order mark, and would take a NUL for the end.
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

PlacedJson::PlacedJson() = default;
PlacedJson::PlacedJson(PlacedJson&&) noexcept = default;
PlacedJson& PlacedJson::operator=(PlacedJson&&) noexcept = default;
PlacedJson::~PlacedJson() = default;

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

}  // namespace hallmark
