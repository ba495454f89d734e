// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/upcase.h"
#include "tests/support/matchers.h"
#include "tests/unit/lib/exfat/exfat_image.h"

namespace hallmark {
namespace {

using testing::Cluster;
using testing::ExfatImage;
using testing::kCluster;
using testing::kFat;
using testing::kMiB;
using testing::SmallOptions;
using testing::SmallTree;

constexpr uint64_t kRoot = Cluster(5);
constexpr uint64_t kFileA = kRoot + 3 * 32;  // its entry set: 3 entries
constexpr uint64_t kEmpty = kRoot + 6 * 32;
constexpr uint64_t kDirectory = kRoot + 9 * 32;
constexpr uint64_t kEnd = kRoot + 12 * 32;

ExfatImage Small() {
  Result<ExfatImage> image = ExfatImage::Make(SmallTree(), SmallOptions());
  EXPECT_OK(image);
  return *image;
}

Result<std::string> ContentOf(const ExfatReader& reader, const std::string& path) {
  for (const ExfatReader::Entry& entry : reader.List()) {
    if (entry.path != path) continue;
    MemorySink sink;
    RETURN_IF_ERROR(reader.Read(entry, sink));
    return std::string(AsText(sink.bytes()));
  }
  return NotFoundError(path);
}

/// What opening says: "good", or the structure at fault and the message after it.
std::string Verdict(const ExfatImage& image, bool canonical = false) {
  const File file = image.AsFile();
  ExfatDefect at_fault;
  const Result<ExfatReader> reader = canonical ? OpenCanonicalExfat(file, 0, image.bytes.size(), &at_fault)
                                               : ExfatReader::Open(file, 0, image.bytes.size(), &at_fault);
  if (reader.ok()) return "good";
  EXPECT_EQ(reader.error().kind, ErrorKind::kCorrupt) << reader.error();
  const std::string start = "image: exFAT: " + std::string(ExfatStructureName(at_fault.structure)) + ": ";
  EXPECT_EQ(reader.error().message, start + at_fault.reason);
  return reader.error().message.substr(std::string_view("image: exFAT: ").size());
}

TEST(ExfatReaderTest, ReadsWhatWasWritten) {
  const ExfatImage image = Small();
  const File file = image.AsFile();
  for (const auto open : {ExfatReader::Open, OpenCanonicalExfat}) {
    ASSERT_OK_AND_ASSIGN(const ExfatReader reader, open(file, 0, kMiB, nullptr, kExfatMemory));
    EXPECT_EQ(reader.label(), "SMALL");
    EXPECT_EQ(reader.serial(), 0x1a2b3c4dU);
    EXPECT_EQ(reader.size(), kMiB);
    EXPECT_EQ(reader.cluster_size(), 4096U);
    ASSERT_EQ(reader.List().size(), 4U);
    EXPECT_EQ(reader.List()[0].path, "/a");
    EXPECT_EQ(reader.List()[0].mtime, (Timestamp{1'700'000'001, 120'000'000}));
    EXPECT_EQ(reader.List()[0].size, 5000U);
    EXPECT_EQ(reader.List()[1].path, "/empty");
    EXPECT_EQ(reader.List()[2].path, "/folder");
    EXPECT_TRUE(reader.List()[2].directory);
    EXPECT_EQ(*ContentOf(reader, "/a"), std::string(5000, 'a'));
    EXPECT_EQ(*ContentOf(reader, "/empty"), "");
    EXPECT_EQ(*ContentOf(reader, "/folder/a longer name than one entry holds \U0001d4b3.text"), "content");
  }
}

TEST(ExfatReaderTest, ReadsWithinALargerFile) {
  ExfatImage image = Small();
  image.bytes.insert(image.bytes.begin(), 512, 0xff);
  image.bytes.insert(image.bytes.end(), 512, 0xff);
  const File file = image.AsFile();
  ASSERT_OK_AND_ASSIGN(const ExfatReader reader, OpenCanonicalExfat(file, 512, kMiB));
  EXPECT_EQ(*ContentOf(reader, "/a"), std::string(5000, 'a'));
}

/// /a in FAT chains, its two clusters swapped, the second at the end of the volume.
ExfatImage Fragmented() {
  ExfatImage image = Small();
  std::fill_n(image.bytes.begin() + Cluster(7), kCluster, uint8_t{0});
  std::fill_n(image.bytes.begin() + Cluster(250), 5000 - kCluster, uint8_t{'b'});
  image.SetUsed(7, false);
  image.SetUsed(250, true);
  image.SetFat(6, 250);
  image.SetFat(250, 0xffffffff);
  image.bytes[kFileA + 32 + 1] = 0x01;
  image.Seal(kFileA);
  return image;
}

TEST(ExfatReaderTest, FollowsFragmentedFiles) {
  const ExfatImage image = Fragmented();
  const File file = image.AsFile();
  ASSERT_OK_AND_ASSIGN(const ExfatReader reader, ExfatReader::Open(file, 0, kMiB));
  EXPECT_EQ(*ContentOf(reader, "/a"), std::string(4096, 'a') + std::string(5000 - 4096, 'b'));
  EXPECT_EQ(Verdict(image, true), "FAT: entry 6 is not as it would be written");
}

TEST(ExfatReaderTest, ReadsZerosPastWhatIsValid) {
  ExfatImage image = Small();
  image.Put(kFileA + 32 + 8, Le64(10));
  image.Seal(kFileA);
  const File file = image.AsFile();
  ASSERT_OK_AND_ASSIGN(const ExfatReader reader, ExfatReader::Open(file, 0, kMiB));
  EXPECT_EQ(*ContentOf(reader, "/a"), std::string(10, 'a') + std::string(4990, '\0'));
}

TEST(ExfatReaderTest, PassesOverDeletedAndBenignEntries) {
  ExfatImage image = Small();
  // /empty deleted; a benign primary with a benign secondary that owns cluster 10; a vendor's allocation in
  // /folder's set.
  for (uint64_t at = kEmpty; at < kDirectory; at += 32) image.bytes[at] &= 0x7f;
  ExfatEntry primary{.type = 0xa3, .secondary_count = 1};
  ExfatEntry secondary{.type = 0xe5, .secondary_count = 0x03, .first_cluster = 10, .length = 1};
  image.Put(kEnd, primary);
  image.Put(kEnd + 32, secondary);
  image.Seal(kEnd);
  image.SetUsed(10, true);
  secondary.type = 0xe1;
  secondary.secondary_count = 0x01;
  secondary.first_cluster = 11;
  image.Put(kEnd + 64, image.Get<ExfatEntry>(kDirectory));
  image.Put(kEnd + 96, image.Get<ExfatEntry>(kDirectory + 32));
  image.Put(kEnd + 128, image.Get<ExfatEntry>(kDirectory + 64));
  image.Put(kEnd + 160, secondary);
  image.bytes[kEnd + 65] = 3;
  image.Seal(kEnd + 64);
  image.SetFat(11, 0xffffffff);
  image.SetUsed(11, true);
  for (uint64_t at = kDirectory; at < kEnd; at += 32) image.bytes[at] &= 0x7f;
  const File file = image.AsFile();
  ASSERT_OK_AND_ASSIGN(const ExfatReader reader, ExfatReader::Open(file, 0, kMiB));
  ASSERT_EQ(reader.List().size(), 3U);
  EXPECT_EQ(reader.List()[1].path, "/folder");
  // Those clusters are in use.
  image.SetUsed(10, false);
  EXPECT_EQ(Verdict(image), "allocation bitmap: cluster 10 is in use and not marked so");
}

TEST(ExfatReaderTest, TakesOtherGeometries) {
  // Sectors of 4096 bytes, two FATs of which the second is in use, the bitmap and the table in one cluster of 16 KiB
  // each.
  ByteVector bytes(2 * kMiB);
  const ExfatImage small = Small();
  ExfatImage image(std::move(bytes));
  ExfatBootSector boot;
  boot.volume_length = 512;
  boot.fat_offset = 24;
  boot.fat_length = 1;
  boot.heap_offset = 28;
  boot.cluster_count = 100;
  boot.root_cluster = 9;
  boot.flags = kExfatSecondFatActive;
  boot.sector_shift = 12;
  boot.cluster_shift = 2;
  boot.fats = 2;
  boot.percent_in_use = 0xff;
  image.Put(0, boot);
  const Le32 checksum = ExfatBootChecksum(ByteSpan(image.bytes).first(11 * 4096));
  for (uint64_t at = 11 * 4096; at < 12 * 4096; at += 4) image.Put(at, checksum);
  std::copy_n(image.bytes.begin(), 12 * 4096, image.bytes.begin() + 12 * 4096);
  const auto fat = [&](uint32_t i, uint32_t value) { image.Put(25 * 4096 + i * 4, Le32(value)); };
  const auto cluster = [](uint32_t i) { return uint64_t{28 * 4096} + (i - 2) * 16384; };
  fat(0, 0xfffffff8);
  for (const uint32_t i : {1, 5, 6, 7, 9}) fat(i, 0xffffffff);
  fat(50, 0xfffffff7);  // a bad cluster
  const ByteVector table = ExfatUpcaseTable::Recommended().Encode();
  std::ranges::copy(table, image.bytes.begin() + static_cast<ptrdiff_t>(cluster(7)));
  image.Put(cluster(9), ExfatBitmapEntry{.flags = 1, .first_cluster = 5, .length = 13});
  image.Put(cluster(9) + 32, ExfatBitmapEntry{.first_cluster = 6, .length = 13});
  image.Put(cluster(9) + 64, ExfatUpcaseEntry{.checksum = 0xe619d30d, .first_cluster = 7, .length = table.size()});
  image.Put(cluster(9) + 96, small.Get<std::array<uint8_t, 96>>(kEmpty));
  image.bytes[cluster(5)] = 0b1011'1000;      // clusters 5, 6, 7 and 9
  image.bytes[cluster(5) + 6] = 0b0000'0001;  // cluster 50
  EXPECT_EQ(Verdict(image), "good");
  EXPECT_EQ(Verdict(image, true), "boot sector: sectors of more than 512 bytes");
}

TEST(ExfatReaderTest, SaysWhatIsWrong) {
  const auto verdict = [](const auto& change) {
    ExfatImage image = Small();
    change(image);
    return Verdict(image);
  };
  using Image = ExfatImage&;
  EXPECT_EQ(verdict([](Image i) { i.bytes[3] = 'F'; }), "boot sector: this is not an exFAT filesystem");
  EXPECT_EQ(verdict([](Image i) { i.SetFat(5, 3); }), "FAT: cluster 3 belongs to something else, too");
  EXPECT_EQ(verdict([](Image i) { i.SetFat(5, 5); }),
            "FAT: of the root directory, a chain is longer than what it holds");
  EXPECT_EQ(verdict([](Image i) { i.SetFat(5, 254); }), "FAT: of the root directory, a chain leaves the clusters");
  EXPECT_EQ(verdict([](Image i) { i.SetFat(3, 0xffffffff); }), "FAT: a chain is shorter than what it holds");
  EXPECT_EQ(verdict([](Image i) { i.Put(kRoot + 32 + 24, Le64(31)); }),
            "allocation bitmap: it has fewer bits than clusters");
  EXPECT_EQ(verdict([](Image i) { i.SetUsed(200, true); }),
            "allocation bitmap: cluster 200 is marked as used and belongs to nothing");
  EXPECT_EQ(verdict([](Image i) { i.SetUsed(9, false); }), "allocation bitmap: cluster 9 is in use and not marked so");
  EXPECT_EQ(verdict([](Image i) { i.Put(kRoot + 64 + 24, Le64(1 << 20)); }), "up-case table: an impossible length");
  EXPECT_EQ(verdict([](Image i) { i.bytes[Cluster(8)] = 0x81; }),
            "directory entry set: entry 0 of /folder: not a type of entry that belongs here");
}

TEST(ExfatReaderTest, SaysWhatIsWrongWithFiles) {
  // Each change is made good by a new checksum: somebody meant it.
  const auto verdict = [](uint64_t set, const auto& change) {
    ExfatImage image = Small();
    change(image);
    image.Seal(set);
    return Verdict(image);
  };
  using Image = ExfatImage&;
  const auto of_a = [&](const auto& change) { return verdict(kFileA, change); };
  constexpr uint64_t kStream = kFileA + 32;
  EXPECT_EQ(of_a([](Image i) { i.Put(kStream + 20, Le32(253)); }),
            "directory entry set: /a: it ends outside of the clusters");
  EXPECT_EQ(of_a([](Image i) { i.Put(kStream + 20, Le32(254)); }),
            "directory entry set: /a: it lies outside of the clusters");
  EXPECT_EQ(of_a([](Image i) { i.Put(kStream + 24, Le64(uint64_t{1} << 60)); }),
            "directory entry set: /a: it lies outside of the clusters");
  EXPECT_EQ(of_a([](Image i) { i.Put(kStream + 20, Le32(5)); }),
            "directory entry set: /a: cluster 5 belongs to something else, too");
  // Loops: a directory within itself, and a chain that ends in itself.
  EXPECT_EQ(verdict(Cluster(8),
                    [](Image i) {
                      i.Put(Cluster(8) + 4, Le16(0x10));
                      i.Put(Cluster(8) + 32 + 8, Le64(4096));
                      i.Put(Cluster(8) + 32 + 20, Le32(8));
                      i.Put(Cluster(8) + 32 + 24, Le64(4096));
                    }),
            "directory entry set: /folder/a longer name than one entry holds \U0001d4b3.text: cluster 8 belongs to "
            "something else, too");
  EXPECT_EQ(of_a([](Image i) {
              i.bytes[kStream + 1] = 1;
              i.SetFat(6, 6);
            }),
            "FAT: /a: a chain is longer than what it holds");
  EXPECT_EQ(of_a([](Image i) {
              i.bytes[kStream + 1] = 1;
              i.SetFat(6, 0xfffffff7);
            }),
            "FAT: /a: a chain leaves the clusters");
}

}  // namespace
}  // namespace hallmark
