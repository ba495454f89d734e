// SPDX-License-Identifier: Apache-2.0
#include "signing/document/minisign.h"

#include "tests/support/matchers.h"
#include "tests/support/sample.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::SampleKey;

// Made by minisign 0.11 for the message "hello\n".
constexpr std::string_view kPublicKey =
    "untrusted comment: minisign public key 5EE5031BE4AB5ED3\n"
    "RWTTXqvkGwPlXufw3owh9lXow1pok7LAA2ACglqjMBxRtV7xv7IY4DcF\n";
constexpr std::string_view kPrehashed =
    "untrusted comment: signature from minisign secret key\n"
    "RUTTXqvkGwPlXoXwhYlMA8hJj2MppwzpvjCsSQl830Ib35CGIwMeAWzk7BdvDwOvNFj2HTzE9eYWLYDuUlovBWeFj4unMBQ9iQw=\n"
    "trusted comment: a trusted one\n"
    "8/FtuU1ZKVEOO3jm5mDD7V+nn+S3w9TC/Vv6fCKzvGqHLSmkAJLIOeKI2UeVFP5+l2HTCHwh2/itaVaykeHjAw==\n";
constexpr std::string_view kLegacy =
    "untrusted comment: signature from minisign secret key\n"
    "RWTTXqvkGwPlXo7ooAtH4xdNsyzRSlsHNkYgYKB1kOR/s60UfE/m5GWeHWbZB1sxVe71wvsfP5eUmhV9eBHjdlSL+OEYxiO+sAw=\n"
    "trusted comment: legacy\n"
    "s6Sl4L02OYKbHlmtXuAE/1ebFxk7F4D2qdqEykXCaMmr11iKNY5Iqt9pXbahtD5QArXYcIVyXKTGRUd8jEr9CA==\n";

TEST(MinisignTest, TakesMinisignsKeysAndSignatures) {
  ASSERT_OK_AND_ASSIGN(const MinisignPublicKey key, ParseMinisignPublicKey(kPublicKey));
  EXPECT_EQ(FormatMinisignPublicKey(key), kPublicKey);
  ASSERT_OK_AND_ASSIGN(const MinisignPublicKey bare,
                       ParseMinisignPublicKey(kPublicKey.substr(kPublicKey.find("RWTT"))));
  EXPECT_EQ(bare, key);
  for (const std::string_view text : {kPrehashed, kLegacy}) {
    ASSERT_OK_AND_ASSIGN(const MinisignSignature signature, ParseMinisign(text));
    EXPECT_EQ(signature.key_id, key.id);
    EXPECT_EQ(FormatMinisign(signature), text);
    EXPECT_TRUE(VerifiesMinisign(signature, "hello\n", key.key));
    EXPECT_FALSE(VerifiesMinisign(signature, "hello", key.key));
    EXPECT_FALSE(VerifiesMinisign(signature, "hello\n", SampleKey(1).public_key()));
  }
}

TEST(MinisignTest, TheTrustedCommentIsSigned) {
  ASSERT_OK_AND_ASSIGN(const MinisignPublicKey key, ParseMinisignPublicKey(kPublicKey));
  ASSERT_OK_AND_ASSIGN(MinisignSignature signature, ParseMinisign(kPrehashed));
  signature.trusted_comment = "a trusted two";
  EXPECT_FALSE(VerifiesMinisign(signature, "hello\n", key.key));
}

TEST(MinisignTest, OneFlippedBitIsRefused) {
  const std::string message = "manifest";
  ASSERT_OK_AND_ASSIGN(const MinisignSignature signature, SignMinisign(message, "comment", SampleKey(1)));
  const std::string text = FormatMinisign(signature);
  for (size_t i = text.find("\nRU") + 1; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const Result<MinisignSignature> parsed = ParseMinisign(changed);
    if (!parsed.ok() || parsed->key_id != signature.key_id) continue;
    EXPECT_FALSE(VerifiesMinisign(*parsed, message, SampleKey(1).public_key())) << "byte " << i;
  }
}

TEST(MinisignTest, RefusesWhatIsNoSignature) {
  const std::string good(kPrehashed);
  EXPECT_THAT(ParseMinisign(""), HasError(ErrorKind::kCorrupt, "not of four lines"));
  EXPECT_THAT(ParseMinisign(good + "more\n"), HasError(ErrorKind::kCorrupt, "not of four lines"));
  EXPECT_THAT(ParseMinisign("x" + good), HasError(ErrorKind::kCorrupt, "line 1: no untrusted comment"));
  EXPECT_THAT(
      ParseMinisign(std::string(good).replace(good.find("RUT"), 3, "RWT").replace(good.find("RUT") + 1, 1, "X")),
      HasError(ErrorKind::kUnsupported, "unknown algorithm"));
  EXPECT_THAT(ParseMinisign(std::string(good).replace(good.find("RUTT"), 4, "")),
              HasError(ErrorKind::kCorrupt, "line 2: not of 74 bytes"));
  EXPECT_THAT(ParseMinisignPublicKey("RWTT"), HasError(ErrorKind::kCorrupt, "not a minisign public key"));
  EXPECT_THAT(SignMinisign("m", "two\nlines", SampleKey(1)), HasError(ErrorKind::kUsage, "one line"));
}

}  // namespace
}  // namespace hallmark
