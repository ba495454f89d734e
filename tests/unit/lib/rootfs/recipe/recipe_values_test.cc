// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/recipe_values.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

/// Expects that `parse` refuses each of the texts with "'TEXT' is not WHAT".
template <typename Value>
void ExpectRefused(Result<Value> (*parse)(const std::string&), const std::vector<std::string>& texts,
                   const std::string& what) {
  for (const std::string& text : texts) {
    const Result<Value> result = parse(text);
    ASSERT_FALSE(result.ok()) << "'" << text << "'";
    EXPECT_EQ(result.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(result.error().message, "'" + text + "' is not " + what);
  }
}

TEST(RecipeValuesTest, Sizes) {
  EXPECT_EQ(ParseSize("1MiB").value(), 1048576U);
  EXPECT_EQ(ParseSize("4GiB").value(), 4294967296U);
  EXPECT_EQ(ParseSize("16384GiB").value(), 17592186044416U);
  EXPECT_EQ(ParseSize("16777216MiB").value(), 17592186044416U);
  ExpectRefused(ParseSize,
                {"", "GiB", "0MiB", "16385GiB", "16777217MiB", "1", "1KiB", "1TiB", "1mib", "1 MiB", "1GiB ", "-1MiB",
                 "1.5GiB", "99999999999MiB", "999999999999MiB", "1000000000000MiB", "18446744073709551617MiB"},
                "a size as in 512MiB or 4GiB, up to 16384GiB");
}

TEST(RecipeValuesTest, Shares) {
  EXPECT_EQ(ParseShare("1%").value(), 0.01);
  EXPECT_EQ(ParseShare("70%").value(), 0.7);
  EXPECT_EQ(ParseShare("100%").value(), 1.0);
  ExpectRefused(ParseShare, {"", "%", "0%", "101%", "0070%", "70", "7.5%", "-1%", "70%%", " 70%", "7 %"},
                "a share as in 70%");
}

TEST(RecipeValuesTest, Modes) {
  EXPECT_EQ(ParseMode("000").value(), 0U);
  EXPECT_EQ(ParseMode("755").value(), 0755U);
  EXPECT_EQ(ParseMode("0644").value(), 0644U);
  EXPECT_EQ(ParseMode("07777").value(), 07777U);
  ExpectRefused(ParseMode, {"", "7", "77", "10000", "000755", "0o755", "0789", "-755", "u+x", "755 "},
                "a mode in octal, as in \"0755\"");
}

TEST(RecipeValuesTest, Owners) {
  const auto owner = [](const std::string& text) {
    const Recipe::Owner parsed = ParseOwner(text).value();
    return parsed.user + " " + parsed.group;
  };
  EXPECT_EQ(owner("root"), "root root");
  EXPECT_EQ(owner("www-data:adm"), "www-data adm");
  EXPECT_EQ(owner("0:999999999"), "0 999999999");
  ExpectRefused(ParseOwner, {"", ":", "root:", ":root", "a:b:c", "Root", "root:1000000000"},
                "an owner as in \"root:root\" or \"1000:1000\"");
}

TEST(RecipeValuesTest, TypesOfNodes) {
  using Type = Recipe::Node::Type;
  EXPECT_EQ(ParseNodeType("directory").value(), Type::kDirectory);
  EXPECT_EQ(ParseNodeType("character").value(), Type::kCharacterDevice);
  EXPECT_EQ(ParseNodeType("block").value(), Type::kBlockDevice);
  EXPECT_EQ(ParseNodeType("fifo").value(), Type::kFifo);
  EXPECT_EQ(ParseNodeType("link").value(), Type::kSymbolicLink);
  ExpectRefused(ParseNodeType, {"", "file", "Directory", "folder"}, "directory, character, block, fifo or link");
  EXPECT_EQ(ParseNodeType("file").error().hint, "");
  EXPECT_EQ(ParseNodeType("folder").error().hint, "directory is the name of what was once called folder");
}

TEST(RecipeValuesTest, Fingerprints) {
  EXPECT_EQ(PlainFingerprint("0123 4567  89ab CDEF"), "0123456789ABCDEF");
  EXPECT_EQ(PlainFingerprint("fg"), "Fg");
}

TEST(RecipeValuesTest, FieldsOfPasswd) {
  EXPECT_EQ(CheckPasswdField(""), "");
  EXPECT_EQ(CheckPasswdField("Jörg Ä, room 7"), "");
  EXPECT_EQ(CheckPasswdField("a:b"), "has a ':' in it");
  EXPECT_NE(CheckPasswdField("a\nroot"), "");
}

}  // namespace
}  // namespace hallmark
