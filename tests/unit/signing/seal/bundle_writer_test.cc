// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/bundle_writer.h"

#include "signing/bundle/full_check.h"
#include "signing/seal/sign.h"
#include "tests/support/matchers.h"
#include "tests/support/sample_bundle.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::HasError;
using testing::ReadFile;
using testing::SampleBundle;
using testing::SampleKey;
using testing::SampleSmolBin;
using testing::WriteFile;

class BundleWriterTest : public ::testing::Test {
 protected:
  void SetUp() override { WriteFile(dir / "image", testing::SampleImage()); }
  Result<Manifest> Write(const std::vector<BundleFile>& extras, const File* session_disk = nullptr, bool sha1 = true) {
    ASSIGN_OR_RETURN(OutputDirectory directory, OutputDirectory::Create(dir / "bundle", IsBundle));
    ASSIGN_OR_RETURN(const File image, File::OpenForReading(dir / "image"));
    return WriteBundle(directory, image, session_disk, manifest, extras, {.chunk_size = kMinChunkSize, .sha1 = sha1},
                       pool, progress);
  }
  /// Signs the bundle with key 1 and checks every byte of it.
  Result<VerifyReport> SignAndVerify() {
    const PrivateKey key = SampleKey(1);
    RETURN_IF_ERROR(SignBundle(dir / "bundle", {.signers = {&key}, .sequence = 1, .trust_text = keys.trust_text}));
    ASSIGN_OR_RETURN(SignedDirectory directory, SignedDirectory::Open(dir / "bundle"));
    const VerifyOptions options{
        .full_check = [&](const VerifiedManifest& verified, const BundleFiles& files, ThreadPool& threads) {
          return CheckEveryByte(verified, files, threads, progress);
        }};
    return VerifyBundle(directory, keys.trust(), options, pool);
  }
  testing::TempDir dir;
  ThreadPool pool{2};
  Progress progress{Verbosity::kQuiet};
  SampleBundle keys;
  Manifest manifest{.name = "box", .version = "1", .architecture = "arm64", .source_date_epoch = 1793534400};
};

TEST_F(BundleWriterTest, WritesABundleThatHolds) {
  WriteFile(dir / "disk", std::string(100000, '\0'));
  const File disk = File::OpenForReading(dir / "disk").value();
  const std::string kernel = "a kernel";
  ASSERT_OK_AND_ASSIGN(const Manifest written,
                       Write({{ArtifactRole::kKernel, ByteVector(kernel.begin(), kernel.end())}}, &disk));
  EXPECT_EQ(ParseManifest(ReadFile(dir / "bundle/manifest.json")).value(), written);
  std::vector<std::string> roles;
  for (const Artifact& artifact : written.artifacts) roles.emplace_back(RoleName(artifact.role));
  EXPECT_EQ(roles, (std::vector<std::string>{"rootfs", "rootfs-zst", "chunk-table", "kernel", "session-disk"}));
  EXPECT_EQ(ReadFile(dir / "bundle/vmlinuz"), kernel);
  EXPECT_EQ(ReadFile(dir / "bundle/.rootfs.img.origin"), ToHex(Sha1(AsBytes(testing::SampleImage()))));
  EXPECT_FALSE(fs::exists(dir / "bundle/.sessiondata.img.zst.origin"));
  ASSERT_TRUE(written.disk.has_value());
  EXPECT_EQ(written.disk->partitions.size(), 2U);
  ASSERT_OK_AND_ASSIGN(const VerifyReport report, SignAndVerify());
  EXPECT_TRUE(report.good()) << FindingText(report.findings.at(0));
  EXPECT_TRUE(report.full);
}

TEST_F(BundleWriterTest, WritesNoOriginsWhereNoneAreWanted) {
  ASSERT_OK_AND_ASSIGN(const Manifest written, Write({}, nullptr, false));
  EXPECT_FALSE(written.artifacts[0].sha1.has_value());
  EXPECT_FALSE(fs::exists(dir / "bundle/.rootfs.img.origin"));
}

TEST_F(BundleWriterTest, ReplacesBundlesAlone) {
  ASSERT_OK(Write({}));
  ASSERT_OK(Write({}));
  EXPECT_TRUE(IsBundle(dir / "bundle"));
  WriteFile(dir / "other/file", "x");
  EXPECT_FALSE(IsBundle(dir / "other"));
  WriteFile(dir / "other/manifest.json", "{}");
  EXPECT_FALSE(IsBundle(dir / "other"));
  WriteFile(dir / "other/manifest.json", R"("urn:hallmark:manifest:99")");
  EXPECT_TRUE(IsBundle(dir / "other")) << "of any version";
  fs::create_directory(dir / "empty");
  EXPECT_TRUE(IsBundle(dir / "empty"));
  fs::create_directory_symlink(dir / "bundle", dir / "link");
  EXPECT_FALSE(IsBundle(dir / "link"));
  EXPECT_FALSE(IsBundle(dir / "nowhere"));
}

TEST_F(BundleWriterTest, ASmolBinSetsTheLeastSequences) {
  WriteFile(dir / "smol", SampleSmolBin{.sequence = 5, .policy_sequence = 3}.Image());
  ASSERT_OK_AND_ASSIGN(BundleFile smol_bin, LoadSmolBin(dir / "smol", manifest));
  EXPECT_EQ(manifest.smol_bin_least_sequence, 5U);
  EXPECT_EQ(manifest.policy_least_sequence, 3U);
  ASSERT_OK_AND_ASSIGN(const Manifest written, Write({smol_bin}));
  EXPECT_EQ(ReadFile(dir / "bundle/smol-bin.arm64.img"), ReadFile(dir / "smol"));
  EXPECT_EQ(ReadFile(dir / "bundle/.smol-bin.arm64.img.origin"), ToHex(Sha1(smol_bin.content)));
}

TEST_F(BundleWriterTest, RefusesWhatIsNoSmolBin) {
  const auto load = [&](const std::string& image) {
    WriteFile(dir / "smol", image);
    return LoadSmolBin(dir / "smol", manifest);
  };
  EXPECT_THAT(load(SampleSmolBin{.architecture = "amd64"}.Image()),
              HasError(ErrorKind::kUsage, "smol: is for amd64, and the image for arm64"));
  std::string image = SampleSmolBin().Image();
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string other = image;
    return load(other.replace(other.find(from), from.size(), to));
  };
  EXPECT_THAT(changed("\"version\": \"1.0\"", "\"version\": \"/.0\""),
              HasError(ErrorKind::kUsage, "is not a smol-bin: manifest.json: version: not of letters"));
  EXPECT_THAT(changed("\"version\": \"1.0\"", "\"version\": \"2.0\""),
              HasError(ErrorKind::kUsage, "is not a smol-bin: its envelope signs another manifest"));
  EXPECT_THAT(changed("\"payloadType\"", "\"payload_ype\""),
              HasError(ErrorKind::kUsage, "is not a smol-bin: manifest.dsse.json: payload_ype: unknown here"));
  EXPECT_FALSE(load(std::string(1 << 20, '\0')).ok());
}

}  // namespace
}  // namespace hallmark
