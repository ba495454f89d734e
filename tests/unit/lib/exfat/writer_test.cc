// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "lib/crypto/digest.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/lib/exfat/exfat_image.h"

namespace hallmark {
namespace {

using testing::Cluster;
using testing::ExfatImage;
using testing::HasError;
using testing::kFat;
using testing::kMiB;
using testing::SmallOptions;
using testing::SmallTree;

std::string Hex(const ExfatImage& image, uint64_t offset, size_t size) {
  return ToHex(ByteSpan(image.bytes).subspan(offset, size));
}

Result<void> WriteOne(const std::string& path, const ExfatOptions& options = {}) {
  FileTree tree;
  RETURN_IF_ERROR(tree.Put(path, FileTree::RegularFile("x", 0644, {})));
  MemorySink sink;
  return WriteExfat(tree, options, sink);
}

TEST(ExfatWriterTest, TablesToTheByte) {
  ASSERT_OK_AND_ASSIGN(const ExfatImage image, ExfatImage::Make(SmallTree(), SmallOptions()));
  // Media, reserved, bitmap, up-case table in two clusters, root; what files own is not in the FAT.
  EXPECT_EQ(Hex(image, kFat, 28), "f8ffffffffffffffffffffff04000000ffffffffffffffff00000000");
  EXPECT_EQ(Hex(image, Cluster(2), 4), "ff000000");  // clusters 2 to 9
  const ByteSpan table = ByteSpan(image.bytes).subspan(Cluster(3), 5836);
  EXPECT_EQ(ExfatTableChecksum(table), 0xe619d30d);
  EXPECT_TRUE(IsZero(ByteSpan(image.bytes).subspan(Cluster(3) + 5836, 2 * 4096 - 5836)));
}

TEST(ExfatWriterTest, DirectoriesToTheByte) {
  ASSERT_OK_AND_ASSIGN(const ExfatImage image, ExfatImage::Make(SmallTree(), SmallOptions()));
  const uint64_t root = Cluster(5);
  EXPECT_EQ(Hex(image, root, 32), "830553004d0041004c004c000000000000000000000000000000000000000000");  // label
  EXPECT_EQ(Hex(image, root + 32, 32), "8100000000000000000000000000000000000000020000002000000000000000");
  EXPECT_EQ(Hex(image, root + 64, 32),
            "820000000dd319e6000000000000000000000000030000"
            "00cc16000000000000");
  // "a": file, stream, name. 2023-11-14T22:13:21.12Z is 57 6e, b1 aa, and 112 hundredths.
  EXPECT_EQ(Hex(image, root + 96, 32),
            "8502"
            "075b"
            "20000000"
            "aab16e57aab16e57aab16e57"
            "7070808080"
            "00000000000000");
  EXPECT_EQ(Hex(image, root + 128, 32),
            "c003"
            "0001"
            "2080"
            "0000"
            "8813000000000000"
            "00000000"
            "06000000"
            "8813000000000000");
  EXPECT_EQ(Hex(image, root + 160, 32), "c1006100" + std::string(56, '0'));
  // "empty" has no clusters, "folder" has one to itself.
  EXPECT_EQ(Hex(image, root + 192 + 32, 4), "c0010005");
  EXPECT_EQ(Hex(image, root + 192 + 32 + 16, 16), std::string(32, '0'));
  EXPECT_EQ(Hex(image, root + 288 + 4, 2), "1000");
  EXPECT_EQ(Hex(image, root + 288 + 32 + 8, 24),
            "0010000000000000"
            "00000000"
            "08000000"
            "0010000000000000");
  // 42 units of a name take three entries; the script X takes two units.
  EXPECT_EQ(Hex(image, Cluster(8), 2), "8504");
  EXPECT_EQ(Hex(image, Cluster(8) + 32, 4), "c003002a");
  EXPECT_EQ(Hex(image, Cluster(8) + 32 * 4 + 2, 30), "6f006c0064007300200035d8b3dc2e007400650078007400000000000000");
}

TEST(ExfatWriterTest, GoldenImage) {
  ASSERT_OK_AND_ASSIGN(const ExfatImage image, ExfatImage::Make(SmallTree(), SmallOptions()));
  EXPECT_EQ(ToHex(Sha256(image.bytes)), "be2765635f3ebdfa7abf313399ea12bfb3a44b0e19208052f7846db6dff81e96");
}

TEST(ExfatWriterTest, ClusterSizeFollowsTheVolume) {
  const auto geometry = [](uint64_t size) {
    // The first sector tells; the rest would be much.
    class FirstSector : public Sink {
     public:
      Result<void> Write(ByteSpan bytes) override {
        if (boot.empty()) boot.assign(bytes.begin(), bytes.end());
        total += bytes.size();
        return {};
      }
      Result<void> WriteHole(uint64_t length) override {
        total += length;
        return {};
      }
      ByteVector boot;
      uint64_t total = 0;
    } sink;
    EXPECT_OK(WriteExfat(FileTree(), {.size = size}, sink));
    EXPECT_EQ(sink.total, size);
    return 512U << sink.boot[109];
  };
  EXPECT_EQ(geometry(kMiB), 4096U);
  EXPECT_EQ(geometry(256 * kMiB), 4096U);
  EXPECT_EQ(geometry(256 * kMiB + 512), 32768U);
  EXPECT_EQ(geometry(32768 * kMiB), 32768U);
  EXPECT_EQ(geometry(32768 * kMiB + 512), 131072U);
  EXPECT_EQ(geometry(uint64_t{256} << 40), 131072U);
}

TEST(ExfatWriterTest, RefusesWhatExfatCantHold) {
  EXPECT_THAT(WriteOne("/a:b"), HasError(ErrorKind::kUsage, "exFAT can't hold /a:b: a name can't contain :"));
  EXPECT_THAT(WriteOne("/a\nb"), HasError(ErrorKind::kUsage, "a name can't contain control characters"));
  EXPECT_THAT(WriteOne("/f/dot."), HasError(ErrorKind::kUsage, "/f/dot.: its name ends in a dot or a blank"));
  EXPECT_THAT(WriteOne("/blank "), HasError(ErrorKind::kUsage, "ends in a dot or a blank"));
  EXPECT_THAT(WriteOne("/\xff"), HasError(ErrorKind::kUsage, "is not UTF-8"));
  EXPECT_OK(WriteOne("/" + std::string(255, 'n')));
  EXPECT_THAT(WriteOne("/" + std::string(256, 'n')), HasError(ErrorKind::kUsage, "255 units"));
  std::string pairs;  // 128 characters, 256 units
  for (int i = 0; i < 128; ++i) pairs += "\U0001d4b3";
  EXPECT_THAT(WriteOne("/" + pairs), HasError(ErrorKind::kUsage, "255 units"));
  std::string deep;
  for (int i = 0; i < 2048; ++i) deep += "/d";
  EXPECT_THAT(WriteOne(deep), HasError(ErrorKind::kUsage, "a path has at most 4095 bytes"));

  MemorySink sink;
  FileTree same;
  ASSERT_OK(same.Put("/\u00c9t\u00e9", FileTree::RegularFile("", 0644, {})));
  ASSERT_OK(same.Put("/\u00e9T\u00c9", FileTree::RegularFile("", 0644, {})));
  EXPECT_THAT(WriteExfat(same, {}, sink), HasError(ErrorKind::kUsage, "the name of '\u00c9t\u00e9' but for capitals"));
  FileTree link;
  ASSERT_OK(link.Put("/l", FileTree::SymbolicLink("x", {})));
  EXPECT_THAT(WriteExfat(link, {}, sink), HasError(ErrorKind::kUsage, "/l: it is neither file nor directory"));
  FileTree hard;
  ASSERT_OK_AND_ASSIGN(const FileTree::Index file, hard.Put("/f", FileTree::RegularFile("x", 0644, {})));
  ASSERT_OK(hard.Link("/g", file));
  EXPECT_THAT(WriteExfat(hard, {}, sink), HasError(ErrorKind::kUsage, "/g: it is a hard link"));
  EXPECT_TRUE(sink.bytes().empty());
}

TEST(ExfatWriterTest, RefusesBadOptions) {
  MemorySink sink;
  EXPECT_THAT(WriteExfat(FileTree(), {.size = 10'000'000}, sink), HasError(ErrorKind::kUsage, "multiple of 512"));
  EXPECT_THAT(WriteExfat(FileTree(), {.start = 100}, sink), HasError(ErrorKind::kUsage, "multiple of 512"));
  EXPECT_THAT(WriteExfat(FileTree(), {.size = kMiB - 512}, sink), HasError(ErrorKind::kUsage, "1 MiB to 256 TiB"));
  EXPECT_THAT(WriteExfat(FileTree(), {.label = "twelve units"}, sink),
              HasError(ErrorKind::kUsage, "not an exFAT label"));
  EXPECT_THAT(WriteExfat(FileTree(), {.label = "a/b"}, sink), HasError(ErrorKind::kUsage, "not an exFAT label"));
  EXPECT_THAT(WriteExfat(FileTree(), {.label = "\xc3"}, sink), HasError(ErrorKind::kUsage, "is not UTF-8"));
  EXPECT_TRUE(sink.bytes().empty());
}

TEST(ExfatWriterTest, SaysHowMuchIsMissing) {
  FileTree tree;
  // 252 clusters; bitmap, up-case table and root take 4: 248 are left.
  MemorySink sink;
  ASSERT_OK(tree.Put("/f", FileTree::RegularFile(std::string(248 * 4096, 'f'), 0644, {})));
  ASSERT_OK(WriteExfat(tree, {.size = kMiB}, sink));
  ASSERT_OK(tree.Put("/f", FileTree::RegularFile(std::string(248 * 4096 + 1, 'f'), 0644, {})));
  EXPECT_THAT(WriteExfat(tree, {.size = kMiB}, sink),
              HasError(ErrorKind::kNoSpace, "of 1.0 MiB is too small: 4.0 KiB are missing"));
}

TEST(ExfatWriterTest, SourceThatShrinksIsAnError) {
  const testing::TempDir dir;
  testing::WriteFile(dir / "file", "content");
  ThreadPool pool(2);
  ASSERT_OK_AND_ASSIGN(const FileTree tree, FileTree::Scan(dir.path(), pool));
  testing::WriteFile(dir / "file", "");
  MemorySink sink;
  EXPECT_THAT(WriteExfat(tree, {}, sink), HasError(ErrorKind::kCorrupt, "is not the file any more"));
}

}  // namespace
}  // namespace hallmark
