// SPDX-License-Identifier: Apache-2.0
#include "signing/document/minisign.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_key.h"

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
  const auto refused = [](const std::string& text) {
    size_t line = 99;
    const Result<MinisignSignature> signature = ParseMinisign(text, &line);
    return signature.ok() ? "taken" : std::to_string(line) + ": " + signature.error().message;
  };
  const auto with = [&](std::string_view from, std::string_view to) {
    return std::string(good).replace(good.find(from), from.size(), to);
  };
  EXPECT_EQ(refused(good), "taken");
  EXPECT_EQ(refused(""), "0: not of four lines");
  EXPECT_EQ(refused(good + "more\n"), "0: not of four lines");
  EXPECT_EQ(refused("x" + good), "1: no untrusted comment");
  EXPECT_EQ(refused(with("trusted comment: a", "Trusted comment: a")), "3: no trusted comment");
  EXPECT_THAT(ParseMinisign(with("RUT", "RXT")), HasError(ErrorKind::kUnsupported, "unknown algorithm"));
  EXPECT_EQ(refused(with("RUT", "RXT")), "2: unknown algorithm");
  EXPECT_THAT(ParseMinisign(with("RUTT", "")), HasError(ErrorKind::kCorrupt, "not of 74 bytes"));
  EXPECT_EQ(refused(with("RUTT", "")), "2: not of 74 bytes");
  EXPECT_EQ(refused(with("RUTT", "!UTT")), "2: not a base64 digit");
  EXPECT_EQ(refused(with("8/Ft", "")), "4: not of 64 bytes");
  EXPECT_EQ(refused(with("8/Ft", "8/F")), "4: base64 text whose length is not a multiple of 4");
  EXPECT_EQ(refused(with("a trusted one", std::string(9000, 'a'))), "3: a line of more than 8192 bytes");
  EXPECT_EQ(refused(with("a trusted one", "a\rtrusted one")), "3: a control character");
  EXPECT_THAT(ParseMinisignPublicKey("RWTT"), HasError(ErrorKind::kCorrupt, "not a minisign public key"));
  EXPECT_THAT(SignMinisign("m", "two\nlines", SampleKey(1)), HasError(ErrorKind::kUsage, "one line"));
}

}  // namespace
}  // namespace hallmark
