// SPDX-License-Identifier: Apache-2.0
#include "signing/document/trust.h"

#include <algorithm>

#include "tests/support/matchers.h"
#include "tests/support/sample_key.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::SampleKey;

constexpr uint64_t kExpires = 1793534400;

KeyThreshold Role(uint64_t threshold, const std::vector<uint8_t>& numbers) {
  KeyThreshold role{threshold, {}};
  for (const uint8_t number : numbers) role.keys.push_back(SampleKey(number).public_key());
  std::sort(role.keys.begin(), role.keys.end());
  return role;
}

TrustVersion Version(uint64_t number, const KeyThreshold& root) {
  return {number, kExpires, root, Role(1, {10}), Role(1, {11})};
}

Result<std::string> Extend(std::string_view text, const TrustVersion& version, const std::vector<uint8_t>& numbers) {
  std::vector<PrivateKey> keys;
  for (const uint8_t number : numbers) keys.push_back(SampleKey(number));
  std::vector<const Signer*> signers;
  for (const PrivateKey& key : keys) signers.push_back(&key);
  return ExtendTrust(text, version, signers);
}

TEST(TrustTest, EachVersionIsSignedByTheOneBefore) {
  ASSERT_OK_AND_ASSIGN(const std::string first, Extend("", Version(1, Role(2, {1, 2, 3})), {1, 2}));
  ASSERT_OK_AND_ASSIGN(const std::string second, Extend(first, Version(2, Role(1, {4})), {2, 3, 4}));
  ASSERT_OK_AND_ASSIGN(const Trust trust, ParseTrust(second));
  EXPECT_EQ(trust.versions().size(), 2U);
  EXPECT_EQ(trust.newest(), Version(2, Role(1, {4})));

  const Error too_few = Extend(first, Version(2, Role(1, {4})), {2, 4}).error();
  EXPECT_EQ(too_few.kind, ErrorKind::kUsage);
  EXPECT_NE(too_few.message.find("version 2: by the keys of version 1: signed by 1 trusted key of the 2"),
            std::string::npos)
      << too_few.message;
  EXPECT_THAT(Extend(first, Version(2, Role(1, {4})), {1, 2}),
              HasError(ErrorKind::kUsage, "version 2: by its own root keys: not signed by a trusted key"));
  EXPECT_THAT(Extend(first, Version(3, Role(1, {1})), {1, 2}),
              HasError(ErrorKind::kUsage, "is version 3 where version 2 must be"));
  EXPECT_THAT(Extend("", Version(1, Role(1, {1})), {}), HasError(ErrorKind::kUsage, "no key to sign with"));
}

TEST(TrustTest, RefusesRolesThatWouldPassAnything) {
  EXPECT_THAT(Extend("", Version(1, Role(0, {1})), {1}), HasError(ErrorKind::kUsage, "root: a threshold of 0"));
  EXPECT_THAT(Extend("", Version(1, Role(2, {1})), {1}), HasError(ErrorKind::kUsage, "a threshold of 2 with 1 keys"));
  EXPECT_THAT(Extend("", Version(1, Role(2, {1, 1})), {1}), HasError(ErrorKind::kUsage, "a key twice"));
  EXPECT_THAT(Extend("", Version(1, Role(1, {})), {1}), HasError(ErrorKind::kUsage, "with 0 keys"));
}

TEST(TrustTest, OneChangedByteIsRefused) {
  ASSERT_OK_AND_ASSIGN(const std::string text, Extend("", Version(1, Role(1, {1})), {1}));
  ASSERT_OK_AND_ASSIGN(const Trust trust, ParseTrust(text));
  const size_t key_id = text.find("\"keyid\": \"") + 10;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i >= key_id && i < key_id + 64) continue;  // a hint that nothing depends on
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(ParseTrust(changed).ok()) << "byte " << i;
  }
}

TEST(TrustTest, AnUpdateGoesForwardOnTheSameRoot) {
  ASSERT_OK_AND_ASSIGN(const std::string first, Extend("", Version(1, Role(1, {1})), {1}));
  ASSERT_OK_AND_ASSIGN(const std::string second, Extend(first, Version(2, Role(1, {1})), {1}));
  ASSERT_OK_AND_ASSIGN(const std::string foreign, Extend("", Version(1, Role(1, {2})), {2}));
  ASSERT_OK_AND_ASSIGN(const Trust old_trust, ParseTrust(first));
  ASSERT_OK_AND_ASSIGN(const Trust new_trust, ParseTrust(second));
  ASSERT_OK_AND_ASSIGN(const Trust other_trust, ParseTrust(foreign));
  EXPECT_OK(CheckTrustUpdate(old_trust, new_trust, kExpires - 1));
  EXPECT_OK(CheckTrustUpdate(new_trust, new_trust, kExpires - 1));
  EXPECT_THAT(CheckTrustUpdate(new_trust, old_trust, 0),
              HasError(ErrorKind::kVerification, "went back from version 2 to 1"));
  EXPECT_THAT(CheckTrustUpdate(old_trust, other_trust, 0),
              HasError(ErrorKind::kVerification, "version 1 of the trust file is another"));
  EXPECT_THAT(CheckTrustUpdate(old_trust, new_trust, kExpires),
              HasError(ErrorKind::kVerification, "expired at 2026-11-01T12:00:00Z"));
}

TEST(TrustTest, RefusesEmptyFiles) {
  EXPECT_THAT(ParseTrust(""), HasError(ErrorKind::kCorrupt, "trust file"));
  EXPECT_THAT(ParseTrust("{}"), HasError(ErrorKind::kCorrupt, "_type: missing"));
  EXPECT_THAT(ParseTrust(R"({"_type":"urn:hallmark:trust:1","versions":[]})"),
              HasError(ErrorKind::kCorrupt, "trust file: versions: none"));
}

}  // namespace
}  // namespace hallmark
