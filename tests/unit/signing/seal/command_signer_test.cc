// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/command_signer.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_key.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::SampleKey;
using testing::TempDir;

TEST(CommandSignerTest, GivesTheMessageAndTakesTheSignature) {
  const TempDir dir;
  const std::string message("a\0message\n", 10);
  const PrivateKey key = SampleKey(1);
  ASSERT_OK_AND_ASSIGN(const Ed25519Signature signature, key.Sign(AsBytes(message)));
  testing::WriteFile(dir / "signature", AsText(signature));
  const std::string seen = (dir / "seen").string();
  const CommandSigner signer("cat >'" + seen + "' && cat '" + (dir / "signature").string() + "'", key.public_key());
  EXPECT_EQ(signer.public_key(), key.public_key());
  ASSERT_OK_AND_ASSIGN(const Ed25519Signature given, signer.Sign(AsBytes(message)));
  EXPECT_EQ(given, signature);
  EXPECT_EQ(testing::ReadFile(seen), message);
}

TEST(CommandSignerTest, ChecksWhatTheCommandSays) {
  const PublicKey key = SampleKey(1).public_key();
  const auto sign = [&](const std::string& command) { return CommandSigner(command, key).Sign(AsBytes("message")); };
  EXPECT_THAT(sign("cat >/dev/null; printf %064d 0"),
              HasError(ErrorKind::kVerification, "is not one of the public key " + key.Id()));
  EXPECT_THAT(sign("cat >/dev/null; printf short"), HasError(ErrorKind::kIo, "printed 5 bytes where"));
  EXPECT_THAT(sign("cat >/dev/null; printf %065d 0"), HasError(ErrorKind::kIo, "printed 65 bytes where"));
  EXPECT_THAT(sign("cat >/dev/null; echo no token >&2; exit 7"), HasError(ErrorKind::kIo, "signing with a command"));
  EXPECT_THAT(sign("cat >/dev/null; echo no token >&2; exit 7"), HasError(ErrorKind::kIo, "no token"));
}

// A good signature by another key than the one that was named.
TEST(CommandSignerTest, AnotherKeysSignatureIsRefused) {
  const TempDir dir;
  ASSERT_OK_AND_ASSIGN(const Ed25519Signature signature, SampleKey(2).Sign(AsBytes("message")));
  testing::WriteFile(dir / "signature", AsText(signature));
  const CommandSigner signer("cat >/dev/null; cat '" + (dir / "signature").string() + "'", SampleKey(1).public_key());
  EXPECT_THAT(signer.Sign(AsBytes("message")), HasError(ErrorKind::kVerification, "is not one of the public key"));
}

}  // namespace
}  // namespace hallmark
