// SPDX-License-Identifier: Apache-2.0
#include "lib/json/strict_json.h"

#include "lib/base/file.h"
#include "lib/json/json_value.h"
#include "lib/json/placed_json.h"
#include "tests/support/data_directory.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

constexpr size_t kMaxSize = 256 << 10;

/// What the inputs of tests/data/json are: an object with a member of each kind.
Result<void> ReadSample(const std::filesystem::path& input) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(input));
  ASSIGN_OR_RETURN(const PlacedJson document, PlacedJson::Parse(text, kMaxSize, input.string()));
  ObjectReader reader(document.value(), "", &document);
  if (reader.TakeText("name", 8).empty()) reader.Refuse("name", "is empty");
  reader.TakeNumber("count");
  reader.TakeBool("flag");
  const Json& list = reader.TakeArray("list", 2);
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i] == "B") reader.RefuseEntry("list", i, "is not in lower case");
  }
  reader.TakeHex<2>("digest");
  reader.TakeHexBytes("salt", 2);
  if (reader.Has("note")) reader.TakeText("note");
  return reader.Finish();
}

TEST(StrictJsonTest, GivesEveryMessage) { testing::CheckDataDirectory("json", ReadSample); }

// Inputs of a quarter of a megabyte, which are no files therefore.
TEST(StrictJsonTest, LimitsWhatItTakes) {
  EXPECT_OK(ParseStrictJson("[" + std::string(kMaxSize - 2, ' ') + "]", kMaxSize, "x"));
  EXPECT_THAT(ParseStrictJson("[" + std::string(kMaxSize - 1, ' ') + "]", kMaxSize, "x"),
              HasError(ErrorKind::kCorrupt, "x: larger than 262144 bytes"));
  std::string values = "[0";
  for (int i = 0; i < 99998; ++i) values += ",0";
  EXPECT_OK(ParseStrictJson(values + "]", kMaxSize, "x"));
  EXPECT_THAT(ParseStrictJson(values + ",0]", kMaxSize, "x"),
              HasError(ErrorKind::kCorrupt, "x:1:200000: not the JSON that is expected: more than 100,000 values"));
}

TEST(StrictJsonTest, CanonicalTextIsLiteral) {
  EXPECT_EQ(JsonValue::Object(
                {{"b", 1}, {"a", JsonValue::Array().Append(true).Append("\u00e9\n")}, {"empty", JsonValue::Array()}})
                .CanonicalText(),
            "{\n"
            "  \"b\": 1,\n"
            "  \"a\": [\n"
            "    true,\n"
            "    \"\u00e9\\n\"\n"
            "  ],\n"
            "  \"empty\": []\n"
            "}\n");
  EXPECT_EQ(JsonValue("\xff").CanonicalText(), "\"\uFFFD\"\n");
}

TEST(PlacedJsonTest, KnowsWhereKeysAndValuesStand) {
  ASSERT_OK_AND_ASSIGN(const PlacedJson document,
                       PlacedJson::Parse("{\"\u00e9\u00e9\": [1,\n  {\"key\" : \"x\"}]}", 100, "file.json"));
  const Json& list = document.value()["\u00e9\u00e9"];
  const auto place = [&](JsonPlace at) { return document.Prefix(at); };
  EXPECT_EQ(place(document.PlaceOf(document.value())), "file.json:1:1: ");
  EXPECT_EQ(place(document.PlaceOfKeyOf(list)), "file.json:1:2: ");
  EXPECT_EQ(place(document.PlaceOf(list)), "file.json:1:8: ");  // columns count characters, not bytes
  EXPECT_EQ(place(document.PlaceOf(list[0])), "file.json:1:9: ");
  EXPECT_EQ(place(document.PlaceOf(list[1])), "file.json:2:3: ");
  EXPECT_EQ(place(document.PlaceOfKeyOf(list[1]["key"])), "file.json:2:4: ");
  EXPECT_EQ(place(document.PlaceOf(list[1]["key"])), "file.json:2:12: ");
}

}  // namespace
}  // namespace hallmark
