// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/verify.h"

#include <sys/stat.h>

#include "tests/support/matchers.h"
#include "tests/support/sample_bundle.h"

namespace hallmark {
namespace {

using testing::ReadFile;
using testing::SampleBundle;
using testing::WriteFile;

/// "verdict file: message" of every finding.
std::string Findings(const VerifyReport& report) {
  std::string text;
  for (const Finding& finding : report.findings) {
    if (!text.empty()) text += "\n";
    text.append(VerdictName(finding.verdict)).append(" ").append(finding.where).append(": ").append(finding.message);
  }
  return text;
}

std::string Findings(const Result<VerifyReport>& report) {
  return report.ok() ? Findings(*report) : "error: " + report.error().message;
}

#define EXPECT_FINDING(bundle, text) EXPECT_EQ(Findings((bundle).Verify()), text)

class VerifyTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK(bundle.Sign(1, 7)); }
  SampleBundle bundle;
};

TEST_F(VerifyTest, ASignedBundleHolds) {
  ASSERT_OK_AND_ASSIGN(const VerifyReport report, bundle.Verify(7));
  EXPECT_EQ(Findings(bundle.Verify()), "");
  EXPECT_EQ((*report.manifest)->sequence, 7U);
  EXPECT_EQ((*report.manifest)->least_sequence, 7U);
  EXPECT_EQ(report.files.size(), 4U);
}

TEST_F(VerifyTest, AnImageThatIsNotMadeYetIsNoFault) {
  std::filesystem::remove(bundle.Path("rootfs.img"));
  std::filesystem::remove(bundle.Path(".rootfs.img.origin"));
  EXPECT_FINDING(bundle, "");
}

TEST_F(VerifyTest, SizesTellTheirCausesApart) {
  const std::string image = ReadFile(bundle.Path("rootfs.img"));
  WriteFile(bundle.Path("rootfs.img"), image.substr(0, image.size() - 5));
  EXPECT_FINDING(bundle, "truncated rootfs.img: truncated by 5 bytes: it has 1048571 and not 1048576");
  WriteFile(bundle.Path("rootfs.img"), image + std::string(1 << 20, '\0'));
  EXPECT_FINDING(bundle, "extended rootfs.img: extended by 1048576 bytes: it has 2097152 and not 1048576");
  WriteFile(bundle.Path("rootfs.img"), ReadFile(bundle.Path("rootfs.img.zst")));
  EXPECT_FINDING(bundle, "compressed rootfs.img: is compressed where the raw image must be");
  WriteFile(bundle.Path("rootfs.img"), "");
  EXPECT_FINDING(bundle, "truncated rootfs.img: truncated by 1048576 bytes: it has 0 and not 1048576");
}

TEST_F(VerifyTest, FilesAreRegularFilesOfTheBundle) {
  std::filesystem::remove(bundle.Path("vmlinuz"));
  EXPECT_FINDING(bundle, "missing vmlinuz: is missing");
  WriteFile(bundle.Path("elsewhere"), "kernel");
  std::filesystem::create_symlink("elsewhere", bundle.Path("vmlinuz"));
  EXPECT_FINDING(bundle, "not-a-file vmlinuz: is not a regular file");
  std::filesystem::remove(bundle.Path("vmlinuz"));
  std::filesystem::create_directory(bundle.Path("vmlinuz"));
  EXPECT_FINDING(bundle, "not-a-file vmlinuz: is not a regular file");
  std::filesystem::remove(bundle.Path("vmlinuz"));
  ASSERT_EQ(mkfifo(bundle.Path("vmlinuz").c_str(), 0600), 0);
  EXPECT_FINDING(bundle, "not-a-file vmlinuz: is not a regular file");
}

TEST_F(VerifyTest, OneByteInEachRegionOfTheImage) {
  const auto flipped = [&](uint64_t offset) {
    bundle.Flip("rootfs.img", offset);
    const std::string findings = Findings(bundle.Verify());
    bundle.Flip("rootfs.img", offset);
    return findings;
  };
  const std::string esp = "partition rootfs.img: partition 15 (p) holds other bytes than signed";
  EXPECT_EQ(flipped(testing::kSampleEspOffset), esp);
  EXPECT_EQ(flipped(testing::kSampleEspOffset + testing::kSampleEspSize - 1), esp);
  // What the partition table and dm-verity do not cover, the full check does.
  const std::string whole = "digest rootfs.img: holds other bytes than signed";
  EXPECT_EQ(flipped(testing::kSampleRootOffset), whole);
  EXPECT_EQ(flipped(34 * 512), whole);
  EXPECT_EQ(flipped(0), "table rootfs.img: has another partition table than signed");
}

TEST_F(VerifyTest, FindingsTellTheByteRange) {
  bundle.Flip("rootfs.img", testing::kSampleEspOffset + 3);
  ASSERT_OK_AND_ASSIGN(const VerifyReport report, bundle.Verify());
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].partition, 15U);
  EXPECT_EQ(report.findings[0].offset, testing::kSampleEspOffset);
  EXPECT_EQ(report.findings[0].length, testing::kSampleEspSize);
}

TEST_F(VerifyTest, AnImageOfAnotherReleaseIsCalledThat) {
  WriteFile(bundle.Path("rootfs.img"), testing::SampleImage(5));
  EXPECT_FINDING(bundle,
                 "wrong-release rootfs.img: is an image of another release: partition 1 is "
                 "05050505-0505-0505-0505-050505050505 and the manifest's is 01010101-0101-0101-0101-010101010101");
}

TEST_F(VerifyTest, OneByteInEachOtherFile) {
  const auto flipped = [&](std::string_view name, uint64_t offset) {
    bundle.Flip(name, offset);
    const std::string findings = Findings(bundle.Verify());
    bundle.Flip(name, offset);
    return findings;
  };
  const std::string sums = "sums SHA256SUMS: vmlinuz: another digest";
  EXPECT_EQ(flipped("vmlinuz", 0), "digest vmlinuz: holds other bytes than signed");
  EXPECT_EQ(flipped("smol-bin.arm64.img", 3), "digest smol-bin.arm64.img: holds other bytes than signed");
  EXPECT_EQ(flipped("rootfs.img.zst", 5), "digest rootfs.img.zst: holds other bytes than signed");
  EXPECT_EQ(flipped("manifest.json", 20), "untrusted manifest.json: is not what manifest.dsse.json signs");
  const std::string envelope = ReadFile(bundle.Path("manifest.dsse.json"));
  EXPECT_EQ(flipped("manifest.dsse.json", envelope.find("payload\": \"") + 60),
            "untrusted manifest.dsse.json: not signed by a trusted key");
  EXPECT_EQ(flipped("manifest.dsse.json", envelope.find("\"sig\": \"") + 10),
            "untrusted manifest.dsse.json: not signed by a trusted key");
  const std::string minisig = ReadFile(bundle.Path("manifest.json.minisig"));
  EXPECT_EQ(flipped("manifest.json.minisig", minisig.find("\nRU") + 40),
            "untrusted manifest.json.minisig: not signed by a trusted key\n"
            "sums SHA256SUMS: manifest.json.minisig: another digest");
  EXPECT_EQ(flipped("manifest.json.minisig", 0),
            "malformed manifest.json.minisig: no untrusted comment\n"
            "sums SHA256SUMS: manifest.json.minisig: another digest");
  EXPECT_EQ(flipped(".rootfs.img.zst.origin", 39).substr(0, 36), "origin .rootfs.img.zst.origin: holds");
  EXPECT_EQ(flipped("SHA256SUMS", 64), "malformed SHA256SUMS: line 1: not a digest, two blanks and a name");
  std::string list = ReadFile(bundle.Path("SHA256SUMS"));
  EXPECT_EQ(flipped("SHA256SUMS", list.find("  vmlinuz") - 1), sums);
}

TEST_F(VerifyTest, AnOriginThatAgreesWithATamperedImageDoesNotHelpIt) {
  bundle.Flip("rootfs.img.zst", 5);
  const std::string bytes = ReadFile(bundle.Path("rootfs.img.zst"));
  ASSERT_OK(WriteOrigin(bundle.Path("rootfs.img.zst"), Sha1(AsBytes(bytes))));
  EXPECT_EQ(Findings(bundle.Verify()).substr(0, 36), "origin .rootfs.img.zst.origin: holds");
  std::filesystem::remove(bundle.Path(".rootfs.img.zst.origin"));
  EXPECT_FINDING(bundle, "digest rootfs.img.zst: holds other bytes than signed");
}

TEST_F(VerifyTest, AStampInOriginsIsToldFromADigest) {
  for (const char* name : {".rootfs.img.origin", ".rootfs.img.zst.origin"}) {
    WriteFile(bundle.Path(name), std::string(40, 'a'));
  }
  const std::string text = "holds " + std::string(40, 'a') + " as other files' origins do: a stamp, not a digest";
  EXPECT_FINDING(bundle, "origin-stamp .rootfs.img.origin: " + text + "\norigin-stamp .rootfs.img.zst.origin: " + text);
}

TEST_F(VerifyTest, OldReleasesAreRefused) {
  EXPECT_EQ(Findings(bundle.Verify(8)), "rolled-back manifest.json: rolled back: sequence 7, and the least is 8");
}

TEST_F(VerifyTest, TheBundlesOwnTrustFileMayOnlyGrowOutOfTheKnownOne) {
  const Trust pinned = bundle.trust();
  const PrivateKey stranger = testing::SampleKey(66);
  TrustVersion foreign = pinned.newest();
  foreign.root.keys = foreign.bundle.keys = {stranger.public_key()};
  ASSERT_OK_AND_ASSIGN(const std::string foreign_text, ExtendTrust("", foreign, {&stranger}));
  WriteFile(bundle.Path("trust.json"), foreign_text);
  EXPECT_FINDING(bundle,
                 "untrusted trust.json: version 1 of the trust file is another than the known one\n"
                 "sums SHA256SUMS: trust.json: another digest");
  // Rotated to a new bundle key by the known root: a host that pinned version 1 follows.
  TrustVersion next = pinned.newest();
  next.version = 2;
  next.bundle.keys = {testing::SampleKey(3).public_key()};
  const PrivateKey root = testing::SampleKey(1);
  const std::string first = bundle.trust_text;
  ASSERT_OK_AND_ASSIGN(bundle.trust_text, ExtendTrust(first, next, {&root}));
  ASSERT_OK(bundle.Sign(3, 8));
  bundle.trust_text = first;
  EXPECT_FINDING(bundle, "");
}

TEST_F(VerifyTest, AnExpiredTrustFileIsForBootsAlone) {
  VerifyOptions options;
  options.requirements.update_at = SampleBundle::kLifeEnd - 1;
  EXPECT_EQ(Findings(bundle.Verify(options)), "");
  options.requirements.update_at = SampleBundle::kLifeEnd;
  EXPECT_EQ(Findings(bundle.Verify(options)),
            "untrusted trust.json: version 1 expired at 2026-11-01T12:00:00Z, and this is an update");
}

TEST_F(VerifyTest, MissingSignaturesAreMissing) {
  std::filesystem::remove(bundle.Path("manifest.dsse.json"));
  EXPECT_FINDING(bundle, "missing manifest.dsse.json: is missing");
  std::filesystem::remove(bundle.Path("manifest.json"));
  EXPECT_FINDING(bundle, "missing manifest.json: is missing\nmissing manifest.dsse.json: is missing");
}

// Opening a FIFO would wait for ever, and a link could lead anywhere.
TEST_F(VerifyTest, SmallFilesAreRegularFilesToo) {
  for (const char* name : {"manifest.json", "manifest.dsse.json"}) {
    const std::string text = ReadFile(bundle.Path(name));
    std::filesystem::remove(bundle.Path(name));
    ASSERT_EQ(mkfifo(bundle.Path(name).c_str(), 0600), 0);
    EXPECT_FINDING(bundle, "not-a-file " + std::string(name) + ": is not a regular file");
    std::filesystem::remove(bundle.Path(name));
    WriteFile(bundle.Path("elsewhere"), text);
    std::filesystem::create_symlink("elsewhere", bundle.Path(name));
    EXPECT_FINDING(bundle, "not-a-file " + std::string(name) + ": is not a regular file");
    std::filesystem::remove(bundle.Path(name));
    WriteFile(bundle.Path(name), text);
  }
  std::filesystem::remove(bundle.Path("SHA256SUMS"));
  for (const char* name : {"manifest.json.minisig", ".rootfs.img.origin", "SHA256SUMS"}) {
    std::filesystem::remove(bundle.Path(name));
    ASSERT_EQ(mkfifo(bundle.Path(name).c_str(), 0600), 0);
    EXPECT_FINDING(bundle, "malformed " + std::string(name) + ": is not a regular file");
    std::filesystem::remove(bundle.Path(name));
  }
}

// Whatever happens to its name, the bundle that was opened is the one that is verified.
TEST_F(VerifyTest, GoesOnByTheDirectorysDescriptor) {
  const testing::TempDir elsewhere;
  ASSERT_OK_AND_ASSIGN(SignedDirectory directory, SignedDirectory::Open(bundle.dir.path()));
  std::filesystem::rename(bundle.dir.path(), elsewhere / "bundle");
  WriteFile(bundle.Path("manifest.json"), "an impostor");
  ThreadPool pool(1);
  const VerifyOptions options{.full_check = CheckWholeFiles};
  ASSERT_OK_AND_ASSIGN(const VerifyReport report, VerifyBundle(directory, bundle.trust(), options, pool));
  EXPECT_EQ(Findings(report), "");
  EXPECT_TRUE(report.full);
  EXPECT_EQ(report.files.size(), 4U);
}

}  // namespace
}  // namespace hallmark
