// SPDX-License-Identifier: Apache-2.0
#include "lib/crypto/secret.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

TEST(SecretTest, MovesWithoutLeavingACopy) {
  std::string text = "short";
  Secret first(std::move(text));
  Secret second(std::move(first));
  EXPECT_EQ(second.text(), "short");
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that it is empty is what is tested
  EXPECT_TRUE(second.Equals(Secret("short")));
  EXPECT_FALSE(second.Equals(Secret("shorT")));
}

TEST(SecretTest, TakesAndWipesItsText) {
  std::string text = "a passphrase that is too long to lie inside a string object";
  const char* const bytes = text.data();
  const size_t size = text.size();
  const Secret secret(std::move(text));
  EXPECT_TRUE(text.empty());  // NOLINT(bugprone-use-after-move): that it is wiped is what is tested
  ASSERT_EQ(text.data(), bytes) << "its memory is still its own";
  EXPECT_EQ(std::string(bytes, size), std::string(size, '\0'));
  EXPECT_EQ(secret.text().size(), size);
}

TEST(SecretTest, AssignmentReplaces) {
  Secret first(std::string("one"));
  first = Secret(std::string("another"));
  EXPECT_EQ(first.text(), "another");
  Secret& same = first;
  first = std::move(same);
  EXPECT_EQ(first.text(), "another");
  EXPECT_TRUE(Secret().empty());
  EXPECT_FALSE(first.empty());
}

TEST(SecretTest, EqualsLooksAtLengthAndBytes) {
  const Secret secret(std::string("short"));
  EXPECT_TRUE(secret.Equals(Secret(std::string("short"))));
  EXPECT_FALSE(secret.Equals(Secret(std::string("shor"))));
  EXPECT_FALSE(secret.Equals(Secret(std::string("xhort"))));
  EXPECT_FALSE(secret.Equals(Secret()));
  EXPECT_TRUE(Secret().Equals(Secret()));
}

TEST(SecretTest, WipeOverwritesAndEmpties) {
  std::string text = "another text that is too long to lie inside a string object";
  const char* const bytes = text.data();
  const size_t size = text.size();
  Wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(std::string(bytes, size), std::string(size, '\0'));
}

}  // namespace
}  // namespace hallmark
