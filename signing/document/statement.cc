// SPDX-License-Identifier: Apache-2.0
#include "signing/document/statement.h"

#include <algorithm>

#include "lib/json/json_value.h"

namespace hallmark {
namespace {

constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
constexpr size_t kMaxToken = 128;

}  // namespace

std::string FormatStatement(const StatementKind& kind, const std::vector<StatementSubject>& subjects,
                            const JsonValue& predicate) {
  JsonValue list = JsonValue::Array();
  for (const StatementSubject& subject : subjects) {
    list.Append(JsonValue::Object(
        {{"name", subject.name}, {"digest", JsonValue::Object({{"sha256", ToHex(subject.sha256)}})}}));
  }
  return JsonValue::Object({{"_type", kStatementType},
                            {"subject", list},
                            {"predicateType", kind.predicate_type},
                            {"predicate", predicate}})
      .CanonicalText();
}

Result<JsonValue> ParseStatement(const StatementKind& kind, std::string_view text) {
  ASSIGN_OR_RETURN(const JsonValue document, ParseJsonValue(text, kind.max_size, kind.name));
  ObjectReader reader(document.json(), "");
  const std::string type = reader.TakeText("_type");
  reader.TakeArray("subject", kind.max_subjects);
  const std::string predicate_type = reader.TakeText("predicateType");
  const Json& predicate = reader.Take("predicate");
  RETURN_IF_ERROR(reader.Finish());
  if (type != kStatementType) return UnsupportedError("_type is not " + std::string(kStatementType));
  if (predicate_type != kind.predicate_type) {
    return UnsupportedError("predicateType is not " + std::string(kind.predicate_type));
  }
  return JsonValue(predicate);
}

Result<void> RequireCanonical(std::string_view text, std::string_view formatted, std::string_view list) {
  if (text == formatted) return {};
  return CorruptError("not in canonical form, or subjects that differ from the " + std::string(list));
}

bool IsToken(std::string_view text) {
  return !text.empty() && text.size() <= kMaxToken && text[0] != '.' && text[0] != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("._+~-").find(c) != std::string_view::npos;
         });
}

}  // namespace hallmark
