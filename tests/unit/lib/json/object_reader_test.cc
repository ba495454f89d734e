// SPDX-License-Identifier: Apache-2.0
#include "lib/json/object_reader.h"

#include "lib/json/json_value.h"
#include "tests/support/matchers.h"

// What it says about each bad member stands in tests/data/json/bad, which strict_json_test.cc reads.

namespace hallmark {
namespace {

using testing::HasError;

TEST(ObjectReaderTest, NamesThePathWhereNoPlaceIsKnown) {
  const JsonValue value = JsonValue::Object({{"name", 7U}, {"list", JsonValue::Array().Append("a")}});
  ObjectReader reader(value.json(), "outer.inner", nullptr, ErrorKind::kUsage);
  EXPECT_EQ(reader.Place("name"), "outer.inner.name");
  EXPECT_EQ(reader.TakeNumber("name"), 7U);
  EXPECT_THAT(reader.Finish(), HasError(ErrorKind::kUsage, "outer.inner.list: unknown here"));
  reader.TakeText("name");
  EXPECT_EQ(TakeEntries(reader, "list", 1).size(), 0U);  // after an error, everything is empty
  EXPECT_THAT(reader.Finish(), HasError(ErrorKind::kUsage, "outer.inner.name: not a text"));
  ObjectReader entries(value.json(), "");
  entries.RefuseEntry("list", 0, "is a");
  EXPECT_THAT(entries.Finish(), HasError(ErrorKind::kCorrupt, "list[0]: is a"));
  const JsonValue list = JsonValue::Array();
  EXPECT_THAT(ObjectReader(list.json(), "outer").Finish(), HasError(ErrorKind::kCorrupt, "outer: not an object"));
}

TEST(ObjectReaderTest, TakesEachKindOfValue) {
  const JsonValue value = JsonValue::Object(
      {{"text", "abc"}, {"number", UINT64_MAX}, {"flag", true}, {"digest", "00ff"}, {"salt", ""}, {"extra", "x"}});
  ObjectReader reader(value.json(), "");
  EXPECT_EQ(reader.TakeText("text", 3), "abc");
  EXPECT_EQ(reader.TakeNumber("number"), 18446744073709551615U);
  EXPECT_TRUE(reader.TakeBool("flag"));
  EXPECT_EQ(reader.TakeHex<2>("digest"), (std::array<uint8_t, 2>{0, 0xff}));
  EXPECT_TRUE(reader.TakeHexBytes("salt", 2).empty());
  EXPECT_FALSE(reader.Has("absent"));
  EXPECT_THAT(reader.Finish(), HasError(ErrorKind::kCorrupt, "extra: unknown here"));
  EXPECT_TRUE(reader.Has("extra"));
  EXPECT_OK(reader.Finish());
}

TEST(ObjectReaderTest, KeepsTheFirstError) {
  const JsonValue value = JsonValue::Object({{"text", "abcd"}, {"flag", 1}});
  ObjectReader reader(value.json(), "");
  EXPECT_EQ(reader.TakeText("text", 3), "");
  EXPECT_FALSE(reader.TakeBool("flag"));
  reader.Refuse("flag", "is late");
  EXPECT_THAT(reader.Finish(), HasError(ErrorKind::kCorrupt, "text: longer than 3 bytes"));
}

TEST(ObjectReaderTest, SuspectsAMisspeltKeyWhereOneIsMissing) {
  const JsonValue value = JsonValue::Object({{"conut", 1}, {"elsewhere", 2}});
  ObjectReader near(value.json(), "");
  near.TakeNumber("count");
  EXPECT_THAT(near.Finish(), HasError(ErrorKind::kCorrupt, "conut: unknown here, the nearest key is \"count\""));
  ObjectReader far(value.json(), "");
  far.TakeNumber("q");
  EXPECT_THAT(far.Finish(), HasError(ErrorKind::kCorrupt, "q: missing"));
}

TEST(ObjectReaderTest, TakesListsAndMembersApart) {
  ASSERT_OK_AND_ASSIGN(const JsonValue value, ParseJsonValue(R"({"list":["a",7],"map":{"x":"y","z":0}})", 100, "it"));
  ObjectReader reader(value.json(), "");
  const auto entries = TakeEntries(reader, "list", 2);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(TextOf(*entries[0]), "a");
  EXPECT_EQ(TextOf(*entries[1]), std::nullopt);
  const auto members = TakeMembers(reader, "map");
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].first, "x");
  EXPECT_EQ(TextOf(*members[0].second), "y");
  EXPECT_OK(reader.Finish());
}

TEST(ObjectReaderTest, RefusesWhatIsNotOfItsKind) {
  ASSERT_OK_AND_ASSIGN(const JsonValue value, ParseJsonValue(R"({"list":{},"map":[],"long":[1,2]})", 100, "it"));
  ObjectReader list(value.json(), "");
  EXPECT_TRUE(TakeEntries(list, "list", 2).empty());
  EXPECT_THAT(list.Finish(), HasError(ErrorKind::kCorrupt, "list: not a list"));
  ObjectReader map(value.json(), "");
  EXPECT_TRUE(TakeMembers(map, "map").empty());
  EXPECT_THAT(map.Finish(), HasError(ErrorKind::kCorrupt, "map: not an object"));
  ObjectReader longer(value.json(), "");
  EXPECT_TRUE(TakeEntries(longer, "long", 1).empty());
  EXPECT_THAT(longer.Finish(), HasError(ErrorKind::kCorrupt, "long: more than 1 entries"));
}

}  // namespace
}  // namespace hallmark
