// SPDX-License-Identifier: Apache-2.0
#include "signing/document/statement.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

constexpr StatementKind kKind = {
    .name = "note.json", .predicate_type = "urn:example:note:1", .max_size = 1000, .max_subjects = 2};

// Golden: in-toto's Statement v1, as every manifest has it.
constexpr std::string_view kText = R"({
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "a",
      "digest": {
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      }
    }
  ],
  "predicateType": "urn:example:note:1",
  "predicate": {
    "text": "hello"
  }
}
)";

std::string Replace(std::string_view from, std::string_view to) {
  std::string text(kText);
  return text.replace(text.find(from), from.size(), to);
}

TEST(StatementTest, WritesCanonicalText) {
  EXPECT_EQ(FormatStatement(kKind, {{"a", Sha256(AsBytes("abc"))}}, JsonValue::Object({{"text", "hello"}})), kText);
}

TEST(StatementTest, GivesThePredicate) {
  ASSERT_OK_AND_ASSIGN(const JsonValue predicate, ParseStatement(kKind, kText));
  EXPECT_EQ(predicate.Text(), R"({"text":"hello"})");
}

TEST(StatementTest, RefusesOtherDocuments) {
  EXPECT_THAT(ParseStatement(kKind, "{"), HasError(ErrorKind::kCorrupt, "note.json:1:2: not the JSON"));
  EXPECT_THAT(ParseStatement(kKind, "[]"), HasError(ErrorKind::kCorrupt, "the document: not an object"));
  EXPECT_THAT(ParseStatement(kKind, std::string(1001, ' ')),
              HasError(ErrorKind::kCorrupt, "note.json: larger than 1000 bytes"));
  EXPECT_THAT(ParseStatement(kKind, Replace("Statement/v1", "Statement/v2")),
              HasError(ErrorKind::kUnsupported, "_type is not https://in-toto.io/Statement/v1"));
  EXPECT_THAT(ParseStatement(kKind, Replace("note:1", "note:2")),
              HasError(ErrorKind::kUnsupported, "predicateType is not urn:example:note:1"));
  EXPECT_THAT(ParseStatement(kKind, Replace("\"predicate\"", "\"more\"")),
              HasError(ErrorKind::kCorrupt, "predicate: missing"));
  EXPECT_THAT(ParseStatement(kKind, Replace("\"_type\"", "\"extra\": 1,\n  \"_type\"")),
              HasError(ErrorKind::kCorrupt, "extra: unknown here"));
  EXPECT_THAT(ParseStatement(kKind, Replace("\"subject\": [", "\"subject\": [1, 2,")),
              HasError(ErrorKind::kCorrupt, "subject: more than 2 entries"));
}

TEST(StatementTest, OneDocumentHasOneSpelling) {
  EXPECT_OK(RequireCanonical("text", "text", "files"));
  EXPECT_THAT(RequireCanonical("text ", "text", "files"),
              HasError(ErrorKind::kCorrupt, "not in canonical form, or subjects that differ from the files"));
}

TEST(StatementTest, TokensLeadNowhere) {
  for (const std::string_view good : {"1", "a", "debian-12-arm64", "1.0~rc1+b2", "A_b"}) EXPECT_TRUE(IsToken(good));
  EXPECT_TRUE(IsToken(std::string(128, 'a')));
  for (const std::string_view bad : {"", ".a", "-a", "a/b", "a b", "a\n", "\u00e9"}) EXPECT_FALSE(IsToken(bad)) << bad;
  EXPECT_FALSE(IsToken(std::string(129, 'a')));
}

}  // namespace
}  // namespace hallmark
