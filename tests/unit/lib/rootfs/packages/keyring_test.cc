// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/keyring.h"

#include "lib/base/file.h"
#include "tests/support/data_directory.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFingerprint = "E39D0BE24D9718B23937C6D8051CC2289C47F96F";

fs::path Keyring() { return testing::DataDirectory("keyring") / "good/binary.gpg"; }

Result<ByteVector> Dearmor(std::string_view name) {
  return DearmorKeys(testing::ReadFile(testing::DataDirectory("keyring") / "good" / name));
}

// Keys are text or bytes; what is signed is checked against the first of them.
TEST(KeyringTest, GivesEveryMessage) {
  testing::CheckDataDirectory("keyring", [](const fs::path& input) -> Result<void> {
    if (input.extension() == ".signed") {
      RETURN_IF_ERROR(GoodSignatures(input, Keyring()));
      return {};
    }
    ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(input));
    RETURN_IF_ERROR(DearmorKeys(text));
    return {};
  });
}

TEST(KeyringTest, TakesArmourAwayAndNothingElse) {
  ASSERT_OK_AND_ASSIGN(const ByteVector binary, Dearmor("binary.gpg"));
  EXPECT_EQ(AsText(binary), testing::ReadFile(Keyring()));
  EXPECT_EQ(Dearmor("armoured.asc").value(), binary);
  EXPECT_EQ(Dearmor("in-deb822.asc").value(), binary);
}

TEST(KeyringTest, JoinsTheKeysOfAllBlocks) {
  ASSERT_OK_AND_ASSIGN(const ByteVector one, Dearmor("armoured.asc"));
  ASSERT_OK_AND_ASSIGN(const ByteVector two, Dearmor("two-blocks.asc"));
  EXPECT_GT(two.size(), one.size());
  EXPECT_TRUE(AsText(two).starts_with(AsText(one)));
}

TEST(KeyringTest, NamesTheKeyThatSigned) {
  ASSERT_OK_AND_ASSIGN(const std::vector<Signature> signatures,
                       GoodSignatures(testing::DataDirectory("keyring") / "good/release.signed", Keyring()));
  ASSERT_EQ(signatures.size(), 1U);
  EXPECT_EQ(signatures[0].fingerprint, kFingerprint);
}

}  // namespace
}  // namespace hallmark
