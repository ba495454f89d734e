// SPDX-License-Identifier: Apache-2.0
#include "signing/document/dsse.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_key.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::SampleKey;

Envelope SignedBy(const std::vector<uint8_t>& numbers) {
  Envelope envelope{"text/plain", "hello", {}};
  for (const uint8_t number : numbers) EXPECT_TRUE(AddSignature(envelope, SampleKey(number)).ok());
  return envelope;
}

KeyThreshold Require(uint64_t threshold, const std::vector<uint8_t>& numbers) {
  KeyThreshold required{threshold, {}};
  for (const uint8_t number : numbers) required.keys.push_back(SampleKey(number).public_key());
  return required;
}

// protocol.md's own example.
TEST(DsseTest, PreAuthEncodingIsThePublishedOne) {
  EXPECT_EQ(PreAuthEncoding("http://example.com/HelloWorld", "hello world"),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(PreAuthEncoding("", ""), "DSSEv1 0  0 ");
}

TEST(DsseTest, ReadsWhatItWrote) {
  const Envelope envelope = SignedBy({1, 2});
  const std::string text = FormatEnvelope(envelope);
  EXPECT_TRUE(text.starts_with("{\n  \"payload\": \"aGVsbG8=\",\n  \"payloadType\": \"text/plain\",\n")) << text;
  ASSERT_OK_AND_ASSIGN(const Envelope again, ParseEnvelope(text, "e"));
  EXPECT_EQ(again, envelope);
  EXPECT_OK(VerifyEnvelope(again, "text/plain", Require(2, {1, 2, 3})));
}

TEST(DsseTest, ThresholdCountsPublicKeys) {
  EXPECT_THAT(VerifyEnvelope(SignedBy({1}), "text/plain", Require(2, {1, 2})),
              HasError(ErrorKind::kVerification, "signed by 1 trusted key of the 2 that are required"));
  EXPECT_THAT(VerifyEnvelope(SignedBy({9}), "text/plain", Require(1, {1, 2})),
              HasError(ErrorKind::kVerification, "not signed by a trusted key"));
  // One signature twice, under two ids.
  Envelope twice = SignedBy({1});
  twice.signatures.push_back({SampleKey(2).public_key().Id(), twice.signatures[0].signature});
  EXPECT_THAT(VerifyEnvelope(twice, "text/plain", Require(2, {1, 2})),
              HasError(ErrorKind::kVerification, "signed by 1 trusted key of the 2"));
  // One key twice in the list of trusted keys.
  EXPECT_THAT(VerifyEnvelope(SignedBy({1}), "text/plain", Require(2, {1, 1})),
              HasError(ErrorKind::kVerification, "signed by 1 trusted key of the 2"));
  // A wrong key id is only a wrong hint.
  Envelope renamed = SignedBy({1});
  renamed.signatures[0].key_id = "another";
  EXPECT_OK(VerifyEnvelope(renamed, "text/plain", Require(1, {1})));
}

TEST(DsseTest, NothingPassesForLackOfACheck) {
  EXPECT_THAT(VerifyEnvelope(SignedBy({1}), "text/plain", Require(0, {1})),
              HasError(ErrorKind::kVerification, "a threshold of 0"));
  EXPECT_THAT(VerifyEnvelope(SignedBy({}), "text/plain", Require(1, {1})),
              HasError(ErrorKind::kVerification, "not signed by a trusted key"));
  EXPECT_THAT(VerifyEnvelope(SignedBy({1}), "text/plain", Require(1, {})),
              HasError(ErrorKind::kVerification, "not signed by a trusted key"));
  EXPECT_THAT(VerifyEnvelope(SignedBy({1}), "text/html", Require(1, {1})),
              HasError(ErrorKind::kVerification, "signed as 'text/plain'"));
  Envelope other_type = SignedBy({1});
  other_type.payload_type = "text/html";
  EXPECT_THAT(VerifyEnvelope(other_type, "text/html", Require(1, {1})),
              HasError(ErrorKind::kVerification, "not signed by a trusted key"));
}

TEST(DsseTest, RefusesBadEnvelopes) {
  EXPECT_THAT(ParseEnvelope(R"({"payload":"","payloadType":"t","signatures":[]})", "e"),
              HasError(ErrorKind::kCorrupt, "signatures: none"));
  EXPECT_THAT(ParseEnvelope(R"({"payload":"","payloadType":"t","signatures":[{"sig":"AAAA"}]})", "e"),
              HasError(ErrorKind::kCorrupt, "signatures[0].sig: not the 64 bytes"));
  EXPECT_THAT(ParseEnvelope(R"({"payload":"A","payloadType":"t","signatures":[{"sig":"AAAA"}]})", "e"),
              HasError(ErrorKind::kCorrupt, "payload: base64"));
  EXPECT_THAT(ParseEnvelope(R"({"payload":"","signatures":[{"sig":"AAAA"}]})", "e"),
              HasError(ErrorKind::kCorrupt, "payloadType: missing"));
  Envelope crowd = SignedBy({1});
  crowd.signatures.resize(kMaxSignatures + 1, crowd.signatures[0]);
  EXPECT_THAT(ParseEnvelope(FormatEnvelope(crowd), "e"), HasError(ErrorKind::kCorrupt, "more than 64 entries"));
}

TEST(DsseTest, NamesTheDocumentBeforeAPlaceInIt) {
  EXPECT_THAT(ParseEnvelope("{", "e"), HasError(ErrorKind::kCorrupt, "e:1:2: not the JSON that is expected"));
}

TEST(DsseTest, SigningTwiceChangesNothing) { EXPECT_EQ(SignedBy({1, 1}), SignedBy({1})); }

}  // namespace
}  // namespace hallmark
