// SPDX-License-Identifier: Apache-2.0
#include "lib/crypto/ed25519.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

ByteVector Hex(std::string_view text) { return FromHex(text).value(); }

// RFC 8032, section 7.1, test 2.
constexpr std::string_view kSeed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
constexpr std::string_view kPublic = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
constexpr std::string_view kSignature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

TEST(Ed25519Test, MatchesPublishedVector) {
  ASSERT_OK_AND_ASSIGN(const PrivateKey key, PrivateKey::FromSeed(Hex(kSeed)));
  EXPECT_EQ(ToHex(key.public_key().bytes()), kPublic);
  const ByteVector message = {0x72};
  ASSERT_OK_AND_ASSIGN(const Ed25519Signature signature, key.Sign(message));
  EXPECT_EQ(ToHex(signature), kSignature);
  EXPECT_TRUE(key.public_key().Verifies(message, signature));
}

TEST(Ed25519Test, OneFlippedBitAnywhereIsRefused) {
  ASSERT_OK_AND_ASSIGN(const PrivateKey key, PrivateKey::FromSeed(Hex(kSeed)));
  const ByteVector message = {0x72};
  ASSERT_OK_AND_ASSIGN(const Ed25519Signature signature, key.Sign(message));
  for (size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Ed25519Signature changed = signature;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(key.public_key().Verifies(message, changed)) << bit;
  }
  EXPECT_FALSE(key.public_key().Verifies(ByteVector{0x73}, signature));
  EXPECT_FALSE(key.public_key().Verifies({}, signature));
}

// S + L is the same number modulo L: a second signature for the same message, which RFC 8032 refuses.
TEST(Ed25519Test, RefusesAnUnreducedS) {
  ASSERT_OK_AND_ASSIGN(const PrivateKey key, PrivateKey::FromSeed(Hex(kSeed)));
  const ByteVector message = {0x72};
  ASSERT_OK_AND_ASSIGN(Ed25519Signature signature, key.Sign(message));
  const ByteVector order = Hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    carry += signature[32 + i] + order[i];
    signature[32 + i] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(key.public_key().Verifies(message, signature));
}

TEST(Ed25519Test, PublicKeyPemIsLiteral) {
  ASSERT_OK_AND_ASSIGN(const PublicKey key, PublicKey::FromBytes(Hex(kPublic)));
  const std::string pem =
      "-----BEGIN PUBLIC KEY-----\n"
      "MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n"
      "-----END PUBLIC KEY-----\n";
  EXPECT_EQ(key.Pem(), pem);
  ASSERT_OK_AND_ASSIGN(const PublicKey again, PublicKey::FromPem(pem));
  EXPECT_EQ(again, key);
  EXPECT_EQ(key.Id().size(), 64U);
}

TEST(Ed25519Test, RefusesKeysOfOtherAlgorithms) {
  // X25519: the same length, another purpose.
  EXPECT_THAT(PublicKey::FromPem("-----BEGIN PUBLIC KEY-----\n"
                                 "MCowBQYDK2VuAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n"
                                 "-----END PUBLIC KEY-----\n"),
              HasError(ErrorKind::kUnsupported, "X25519"));
  EXPECT_THAT(PublicKey::FromPem("ssh-ed25519 AAAA"), HasError(ErrorKind::kCorrupt, "not a public key in PEM"));
  EXPECT_THAT(PublicKey::FromBytes(ByteVector(31)), HasError(ErrorKind::kCorrupt, "32 bytes"));
}

TEST(Ed25519Test, PlainPrivateKeyComesBack) {
  ASSERT_OK_AND_ASSIGN(const PrivateKey key, PrivateKey::FromSeed(Hex(kSeed)));
  ASSERT_OK_AND_ASSIGN(const std::string pem, key.Pem(Secret()));
  EXPECT_FALSE(IsEncryptedPem(pem));
  ASSERT_OK_AND_ASSIGN(const PrivateKey again, PrivateKey::FromPem(pem, Secret()));
  EXPECT_EQ(again.public_key(), key.public_key());
}

TEST(Ed25519Test, EncryptedPrivateKeyNeedsItsPassphrase) {
  ASSERT_OK_AND_ASSIGN(const PrivateKey key, PrivateKey::Generate());
  ASSERT_OK_AND_ASSIGN(const std::string pem, key.Pem(Secret("correct horse")));
  EXPECT_TRUE(IsEncryptedPem(pem));
  ASSERT_OK_AND_ASSIGN(const PrivateKey again, PrivateKey::FromPem(pem, Secret("correct horse")));
  EXPECT_EQ(again.public_key(), key.public_key());
  EXPECT_THAT(PrivateKey::FromPem(pem, Secret("battery staple")), HasError(ErrorKind::kUsage, "wrong passphrase"));
  EXPECT_THAT(PrivateKey::FromPem(pem, Secret()), HasError(ErrorKind::kUsage, "no passphrase was given"));
}

}  // namespace
}  // namespace hallmark
