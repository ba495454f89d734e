// SPDX-License-Identifier: Apache-2.0
#include "signing/document/verified.h"

#include <type_traits>

#include "tests/support/matchers.h"
#include "tests/support/sample_key.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::SampleKey;
using testing::TempDir;
using testing::WriteFile;

/// A document of a third kind: a number.
struct Note {
  uint64_t number = 0;
};

int parsed = 0;

Result<Note> ParseNote(std::string_view text) {
  ++parsed;
  if (text != "7") return CorruptError("not the number 7");
  return Note{7};
}

constexpr DocumentKind<Note> kLoose = {.rules = {.name = "note",
                                                 .envelope_name = "note.dsse.json",
                                                 .payload_type = "text/note",
                                                 .max_size = 8,
                                                 .role = &TrustVersion::bundle},
                                       .parse = ParseNote};
constexpr DocumentKind<Note> kStrict = {.rules = {.name = "note",
                                                  .envelope_name = "note.dsse.json",
                                                  .payload_type = "text/note",
                                                  .max_size = 8,
                                                  .role = &TrustVersion::bundle,
                                                  .canonical_envelope = true},
                                        .parse = ParseNote};

// Nothing but verification makes one.
static_assert(!std::is_default_constructible_v<Verified<Note>>);
static_assert(!std::is_constructible_v<Verified<Note>, Note, std::string>);

/// Key 1 is the root, keys 2 and 3 sign notes, both of which are required, and key 4 smol-bins.
Trust SampleTrust() {
  TrustVersion version;
  version.expires = 4102444800;
  const PrivateKey root = SampleKey(1);
  version.root.keys = {root.public_key()};
  version.bundle = {2, {SampleKey(2).public_key(), SampleKey(3).public_key()}};
  std::sort(version.bundle.keys.begin(), version.bundle.keys.end());
  version.smol_bin.keys = {SampleKey(4).public_key()};
  return ParseTrust(ExtendTrust("", version, {&root}).value()).value();
}

Envelope NoteSignedBy(const std::vector<uint8_t>& numbers, std::string_view text = "7",
                      std::string_view type = "text/note") {
  Envelope envelope{std::string(type), std::string(text), {}};
  for (const uint8_t number : numbers) EXPECT_OK(AddSignature(envelope, SampleKey(number)));
  return envelope;
}

/// The finding; empty if the note holds.
std::string Verify(std::string text, std::string envelope, const DocumentKind<Note>& kind = kLoose) {
  std::vector<Finding> findings;
  const auto note = VerifyDocument({text, std::move(envelope)}, kind, SampleTrust(), findings);
  EXPECT_EQ(findings.size(), note ? 0U : 1U);
  if (!note) return FindingText(findings.at(0));
  EXPECT_EQ((*note)->number, 7U);
  EXPECT_EQ(note->text(), text);
  return "";
}

TEST(VerifiedTest, EnoughKeysOfTheRoleMakeADocument) {
  EXPECT_EQ(Verify("7", FormatEnvelope(NoteSignedBy({2, 3}))), "");
  EXPECT_EQ(Verify("7", FormatEnvelope(NoteSignedBy({2}))),
            "untrusted: note.dsse.json: signed by 1 trusted key of the 2 that are required");
  EXPECT_EQ(Verify("7", FormatEnvelope(NoteSignedBy({4}))), "untrusted: note.dsse.json: not signed by a trusted key");
  EXPECT_EQ(Verify("7", FormatEnvelope(NoteSignedBy({2, 3}, "7", "text/other"))),
            "untrusted: note.dsse.json: signed as 'text/other' and not as 'text/note'");
}

TEST(VerifiedTest, NothingIsParsedBeforeItsSignaturesHold) {
  parsed = 0;
  EXPECT_EQ(Verify("8", FormatEnvelope(NoteSignedBy({2, 3}))), "untrusted: note: is not what note.dsse.json signs");
  EXPECT_EQ(Verify("8", FormatEnvelope(NoteSignedBy({2}, "8"))),
            "untrusted: note.dsse.json: signed by 1 trusted key of the 2 that are required");
  EXPECT_EQ(Verify("8", "{}"), "malformed: note.dsse.json: payloadType: missing");
  EXPECT_EQ(parsed, 0);
  EXPECT_EQ(Verify("8", FormatEnvelope(NoteSignedBy({2, 3}, "8"))), "malformed: note: not the number 7");
  EXPECT_EQ(parsed, 1);
}

TEST(VerifiedTest, AStrictEnvelopeHasOneSpellingAndNamesItsKeys) {
  const std::string text = FormatEnvelope(NoteSignedBy({2, 3}));
  EXPECT_EQ(Verify("7", text, kStrict), "");
  EXPECT_EQ(Verify("7", text + "\n"), "");
  EXPECT_EQ(Verify("7", text + "\n", kStrict), "malformed: note.dsse.json: not in canonical form");
  Envelope renamed = NoteSignedBy({2, 3});
  std::swap(renamed.signatures[0].key_id, renamed.signatures[1].key_id);
  EXPECT_EQ(Verify("7", FormatEnvelope(renamed)), "");
  EXPECT_EQ(Verify("7", FormatEnvelope(renamed), kStrict),
            "malformed: note.dsse.json: names another key than the one that signed");
  // Of a key that nobody here knows nothing can be said.
  Envelope stranger = NoteSignedBy({2, 3, 66});
  stranger.signatures[2].key_id = "whoever";
  EXPECT_EQ(Verify("7", FormatEnvelope(stranger), kStrict), "");
}

TEST(VerifiedTest, ADirectoryHoldsBothFiles) {
  const TempDir dir;
  const auto verify = [&] {
    SignedDirectory directory = SignedDirectory::Open(dir.path()).value();
    std::vector<Finding> findings;
    const auto note = VerifyDocumentOf(directory, kLoose, SampleTrust(), findings);
    EXPECT_OK(note);
    EXPECT_EQ(note->has_value(), findings.empty());
    std::string text;
    for (const Finding& finding : findings) text += FindingText(finding) + "\n";
    return text;
  };
  EXPECT_EQ(verify(), "missing: note: is missing\nmissing: note.dsse.json: is missing\n");
  WriteFile(dir / "note", "7");
  EXPECT_EQ(verify(), "missing: note.dsse.json: is missing\n");
  WriteFile(dir / "note.dsse.json", FormatEnvelope(NoteSignedBy({2, 3})));
  EXPECT_EQ(verify(), "");
  WriteFile(dir / "note", "123456789");
  EXPECT_EQ(verify(), "malformed: note: is larger than it may be\n");
}

}  // namespace
}  // namespace hallmark
