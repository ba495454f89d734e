// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/bundle_archive.h"

#include <fcntl.h>

#include "lib/archive/tar.h"
#include "tests/support/chunked_bundle.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::HasError;
using testing::ReadFile;
using testing::WriteFile;

class BundleArchiveTest : public testing::ChunkedBundleTest {
 protected:
  Result<void> Export(const fs::path& archive) {
    WriteFile(archive, "");
    return ExportBundle(bundle.dir.path(), File::Open(archive, O_RDWR).value(), progress);
  }
  Result<VerifiedManifest> Import(const fs::path& archive, const VerifyOptions& options = {}) {
    return ImportBundle(File::OpenForReading(archive).value(), out / "imported", bundle.trust(), options, pool,
                        progress);
  }
  /// An archive of these files.
  fs::path Archive(const std::vector<std::pair<std::string, std::string>>& files) {
    WriteFile(out / "made", "");
    const File file = File::Open(out / "made", O_RDWR).value();
    TarGzWriter writer = TarGzWriter::Create(file, 0).value();
    for (const auto& [name, text] : files) {
      EXPECT_OK(writer.Begin(name, text.size()));
      EXPECT_OK(writer.Write(AsBytes(text)));
    }
    EXPECT_OK(writer.Close());
    return out / "made";
  }
  /// A file of the bundle, under its name.
  [[nodiscard]] std::pair<std::string, std::string> Own(const std::string& name) const {
    return {name, ReadFile(bundle.Path(name))};
  }
  testing::TempDir out;
};

TEST_F(BundleArchiveTest, ComesBackAsItWas) {
  ASSERT_OK(Export(out / "one"));
  ASSERT_OK_AND_ASSIGN(const VerifiedManifest manifest, Import(out / "one"));
  EXPECT_EQ(manifest->sequence, 7U);
  for (const char* name : {"manifest.json", "manifest.dsse.json", "trust.json", "rootfs.img.zst", "rootfs.img.chunks",
                           "vmlinuz", "SHA256SUMS"}) {
    EXPECT_EQ(ReadFile(out / "imported" / name), ReadFile(bundle.Path(name))) << name;
  }
  EXPECT_FALSE(fs::exists(out / "imported/rootfs.img")) << "it is made on the host";
  ASSERT_OK(Export(out / "two"));
  EXPECT_EQ(ReadFile(out / "one"), ReadFile(out / "two")) << "the same bundle gives the same bytes";
}

TEST_F(BundleArchiveTest, ExportsWhatIsSignedAlone) {
  bundle.Flip("vmlinuz", 0);
  EXPECT_THAT(Export(out / "a"), HasError(ErrorKind::kVerification, "vmlinuz: is not what the manifest says"));
  WriteFile(bundle.Path("vmlinuz"), "short");
  EXPECT_THAT(Export(out / "a"), HasError(ErrorKind::kVerification, "vmlinuz: is not what the manifest says"));
  fs::remove(bundle.Path("manifest.dsse.json"));
  EXPECT_THAT(Export(out / "a"), HasError(ErrorKind::kNotFound, "manifest.dsse.json"));
}

TEST_F(BundleArchiveTest, SignedTextsComeFirst) {
  EXPECT_THAT(Import(Archive({Own("vmlinuz")})), HasError(ErrorKind::kCorrupt, "'vmlinuz' has no place in a bundle"));
  EXPECT_THAT(Import(Archive({Own("manifest.json")})), HasError(ErrorKind::kCorrupt, "has no signed manifest"));
  EXPECT_THAT(Import(Archive({Own("manifest.json"), Own("manifest.json")})),
              HasError(ErrorKind::kCorrupt, "'manifest.json' is there twice"));
  EXPECT_THAT(Import(Archive({{"manifest.json", "{}"}, Own("manifest.dsse.json")})),
              HasError(ErrorKind::kVerification, "manifest.json: is not what manifest.dsse.json signs"));
  EXPECT_FALSE(fs::exists(out / "imported"));
}

TEST_F(BundleArchiveTest, TakesTheManifestsFilesAlone) {
  const auto with = [&](std::pair<std::string, std::string> file) {
    return Import(Archive({Own("manifest.json"), Own("manifest.dsse.json"), std::move(file)}));
  };
  EXPECT_THAT(with({"stranger", "x"}), HasError(ErrorKind::kCorrupt, "'stranger' has no place in a bundle"));
  EXPECT_THAT(with({"../vmlinuz", "x"}), HasError(ErrorKind::kCorrupt, "'../vmlinuz' has no place in a bundle"));
  EXPECT_THAT(with({"rootfs.img", "x"}), HasError(ErrorKind::kCorrupt, "'rootfs.img' has no place in a bundle"));
  EXPECT_THAT(with({"vmlinuz", "a kernel that is longer than signed"}),
              HasError(ErrorKind::kCorrupt, "'vmlinuz' is larger than it may be"));
  EXPECT_THAT(with({"vmlinuz", "Kernel"}), HasError(ErrorKind::kVerification, ": "));
  EXPECT_FALSE(fs::exists(out / "imported"));
}

TEST_F(BundleArchiveTest, VerifiesBeforeTheDirectoryAppears) {
  ASSERT_OK(Export(out / "a"));
  EXPECT_THAT(Import(out / "a", {.requirements = {.least_sequence = 8}}),
              HasError(ErrorKind::kVerification, "manifest.json: rolled back"));
  VerifyOptions refusing{
      .full_check = [](const VerifiedManifest&, const BundleFiles& files, ThreadPool&) -> Result<std::vector<Finding>> {
        EXPECT_EQ(files.size(), 4U);
        return std::vector<Finding>{{Verdict::kChunk, "rootfs.img.zst", "refused"}};
      },
      .always_full = true};
  EXPECT_THAT(Import(out / "a", refusing), HasError(ErrorKind::kVerification, "rootfs.img.zst: refused"));
  EXPECT_FALSE(fs::exists(out / "imported"));
}

}  // namespace
}  // namespace hallmark
