// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/directory.h"

#include "tests/support/matchers.h"
#include "tests/unit/lib/exfat/exfat_image.h"

namespace hallmark {
namespace {

using testing::Cluster;
using testing::ExfatImage;

constexpr uint64_t kRoot = Cluster(5);
constexpr uint64_t kFileA = kRoot + 3 * 32;  // its entry set: 3 entries
constexpr uint64_t kStream = kFileA + 32;
constexpr uint64_t kEmpty = kRoot + 6 * 32;
constexpr uint64_t kEnd = kRoot + 12 * 32;
using Image = ExfatImage&;

/// The small image with a change to its root directory, made good by a new checksum of the entry set at `set`.
template <typename Change>
ExfatImage Changed(const Change& change, uint64_t set = kFileA) {
  ExfatImage image = ExfatImage::Make(testing::SmallTree(), testing::SmallOptions()).value();
  change(image);
  if (set != 0) image.Seal(set);
  return image;
}

/// "good", or the structure at fault and the message after it.
template <typename Parse>
std::string Verdict(const ExfatImage& image, const Parse& parse) {
  const File file = image.AsFile();
  ExfatDefect at_fault;
  const auto result = parse(ByteSpan(image.bytes).subspan(kRoot, 4096), ExfatFault(file, &at_fault));
  if (result.ok()) return "good";
  EXPECT_EQ(result.error().kind, ErrorKind::kCorrupt) << result.error();
  std::string verdict = std::string(ExfatStructureName(at_fault.structure)) + ": " + at_fault.reason;
  EXPECT_EQ(result.error().message, "image: exFAT: " + verdict);
  return verdict;
}
std::string FilesVerdict(const ExfatImage& image) {
  return Verdict(image, [](ByteSpan bytes, const ExfatFault& fault) {
    return ParseExfatDirectory(bytes, "", ExfatUpcaseTable::Recommended(), fault);
  });
}
std::string RootVerdict(const ExfatImage& image) {
  return Verdict(image, [](ByteSpan bytes, const ExfatFault& fault) { return ParseExfatRoot(bytes, 1, fault); });
}

TEST(ExfatDirectoryTest, ReadsFiles) {
  const ExfatImage image = Changed([](Image i) { i.Put(kStream + 8, Le64(10)); });
  const File file = image.AsFile();
  ASSERT_OK_AND_ASSIGN(const ExfatDirectory root,
                       ParseExfatDirectory(ByteSpan(image.bytes).subspan(kRoot, 4096), "",
                                           ExfatUpcaseTable::Recommended(), ExfatFault(file, nullptr)));
  ASSERT_EQ(root.files.size(), 3U);
  EXPECT_EQ(root.files[0].name, "a");
  EXPECT_FALSE(root.files[0].directory);
  EXPECT_EQ(root.files[0].mtime, (Timestamp{1'700'000'001, 120'000'000}));
  EXPECT_EQ(root.files[0].valid_length, 10U);
  EXPECT_EQ(root.files[0].data.length, 5000U);
  EXPECT_EQ(root.files[0].data.first, 6U);
  EXPECT_TRUE(root.files[0].data.contiguous);
  EXPECT_EQ(root.files[1].data.first, 0U);
  EXPECT_TRUE(root.files[2].directory);
  EXPECT_TRUE(root.foreign.empty());
}

TEST(ExfatDirectoryTest, TheRootLeadsToTheTables) {
  const auto with = [](uint64_t offset, const auto& value) {
    return RootVerdict(Changed([&](Image i) { i.Put(offset, value); }, 0));
  };
  const std::string no_entry = "the root directory has no entry for it";
  EXPECT_EQ(with(kEnd, ExfatEntry{}), "good");
  EXPECT_EQ(with(kRoot + 32, uint8_t{0x01}), "allocation bitmap: " + no_entry);
  EXPECT_EQ(with(kRoot + 64, uint8_t{0x02}), "up-case table: " + no_entry);
  EXPECT_EQ(with(kEnd, ExfatBitmapEntry{}), "allocation bitmap: one too many");
  EXPECT_EQ(with(kEnd, ExfatBitmapEntry{.flags = 1}), "allocation bitmap: one too many");
  EXPECT_EQ(with(kEnd, ExfatUpcaseEntry{}), "up-case table: one too many");
  EXPECT_EQ(with(kEnd, ExfatLabelEntry{}), "directory: a second label");
  EXPECT_EQ(with(kRoot + 1, uint8_t{12}), "directory: a label of more than 11 units");
  const std::string bad_label = "directory: the label has characters that a label can't have";
  for (const auto unit : {uint16_t{0x2f}, uint16_t{0xd800}}) EXPECT_EQ(with(kRoot + 2, Le16(unit)), bad_label);
}

TEST(ExfatDirectoryTest, SaysWhatIsWrongWithASet) {
  const auto changed = [](uint64_t offset, const auto& value, uint64_t set = kFileA) {
    return FilesVerdict(Changed([&](Image i) { i.Put(offset, value); }, set));
  };
  EXPECT_EQ(changed(kEnd, uint8_t{0x86}, 0), "directory: entry 12 of /: not a type of entry that belongs here");
  EXPECT_EQ(changed(kFileA, uint8_t{0x05}, 0), "directory entry set: entry 4 of /: it does not belong to a file");
  const std::string set = "directory entry set: entry 3 of /: ";
  EXPECT_EQ(changed(kFileA + 4, uint8_t{0x21}, 0), set + "its checksum is wrong");
  EXPECT_EQ(changed(kFileA + 1, uint8_t{255}), set + "it ends past the end of the directory");
  EXPECT_EQ(changed(kStream, uint8_t{0xc1}), set + "no stream extension follows it");
  EXPECT_EQ(changed(kStream + 1, uint8_t{0}), set + "a stream that can't have clusters");
  EXPECT_EQ(changed(kStream + 3, uint8_t{0}), set + "it has no name");
  EXPECT_EQ(changed(kStream + 3, uint8_t{16}), set + "fewer name entries than its name requires");
  EXPECT_EQ(changed(kStream + 8, Le64(5001)), set + "more of it is valid than there is");
  EXPECT_EQ(changed(kStream + 20, Le32(0)), set + "a length without clusters");
}

TEST(ExfatDirectoryTest, SaysWhatIsWrongWithAName) {
  const auto named = [](char16_t unit, uint16_t hash) {
    return FilesVerdict(Changed([&](Image i) {
      i.Put(kStream + 34, Le16(unit));
      i.Put(kStream + 4, Le16(hash));
    }));
  };
  EXPECT_EQ(named('b', 0x8020), "file name: entry 3 of /: the hash of its name is wrong");  // that of A
  EXPECT_EQ(named('/', ExfatNameHash(u"/")), "file name: entry 3 of /: a name that a file can't have");
  EXPECT_EQ(named(0xd800, ExfatNameHash(u"\xd800")), "file name: entry 3 of /: its name is not UTF-16");
  const ExfatImage twice = Changed(
      [](Image i) {
        i.Put(kEmpty, i.Get<std::array<uint8_t, 96>>(kFileA));
        i.Put(kEmpty + 66, Le16('A'));
      },
      kEmpty);
  EXPECT_EQ(FilesVerdict(twice), "file name: entry 6 of /: a second 'A', capitals aside");
}

}  // namespace
}  // namespace hallmark
