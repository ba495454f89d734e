// SPDX-License-Identifier: Apache-2.0
#include "lib/fat/writer.h"

#include <sys/stat.h>

#include <functional>

#include "lib/base/bytes.h"
#include "lib/crypto/digest.h"
#include "lib/fat/reader.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

constexpr uint64_t kSize = uint64_t{34} << 20;
constexpr Timestamp kTime{1'700'000'000, 0};  // 2023-11-14 22:13:20 UTC

/// A filesystem of those files, without what is zero to its end.
std::string Written(const std::function<void(FileTree&)>& fill, const Fat32Options& options) {
  FileTree tree;
  fill(tree);
  MemorySink sink;
  const Result<void> written = WriteFat32(tree, options, sink);
  EXPECT_OK(written);
  return std::string(AsText(sink.bytes()));
}

std::string Sample() {
  return Written(
      [](FileTree& tree) {
        (void)tree.Put("/A.TXT", FileTree::RegularFile("content", 0644, kTime)).ok();
        (void)tree.Put("/long name", FileTree::RegularFile("", 0644, kTime)).ok();
      },
      {.size = kSize, .start = 1 << 20, .serial = 0x1234abcd, .label = "ESP"});
}

// The specification's chapter 3.
TEST(Fat32WriterTest, BootSectorToTheByte) {
  const std::string image = Sample();
  ASSERT_EQ(image.size(), kSize);
  EXPECT_EQ(image.substr(0, 11), "\xeb\x58\x90MSWIN4.1");
  EXPECT_EQ(image.substr(11, 6),
            std::string("\0\2\1\x20\0\2", 6));  // 512 bytes, 1 sector a cluster, 32 reserved, 2 FATs
  EXPECT_EQ(image.substr(17, 7), std::string("\0\0\0\0\xf8\0\0", 7));        // what FAT32 has elsewhere, and the medium
  EXPECT_EQ(image.substr(28, 8), std::string("\0\x08\0\0\0\x10\x01\0", 8));  // 2048 sectors before, 69632 in all
  EXPECT_EQ(image.substr(44, 8), std::string("\2\0\0\0\1\0\6\0", 8));        // root, FSInfo, backup
  EXPECT_EQ(image.substr(66, 24),
            "\x29\xcd\xab\x34\x12"
            "ESP        FAT32   ");
  EXPECT_EQ(image.substr(510, 2), "\x55\xaa");
  EXPECT_EQ(image.substr(512, 4), "RRaA");
  EXPECT_EQ(image.substr(512 + 484, 4), "rrAa");
  EXPECT_EQ(image.substr(512 + 508, 4), std::string("\0\0\x55\xaa", 4));
  EXPECT_EQ(image.substr(2 * 512 + 510, 2), "\x55\xaa");
  EXPECT_EQ(image.substr(6 * 512, 3 * 512), image.substr(0, 3 * 512));
}

TEST(Fat32WriterTest, FatAndDirectoryToTheByte) {
  const std::string image = Sample();
  const auto fat_sectors = static_cast<uint8_t>(image[36]) | static_cast<uint8_t>(image[37]) << 8;
  const size_t fat = 32 * 512;
  const size_t size = static_cast<size_t>(fat_sectors) * 512;
  EXPECT_EQ(image.substr(fat, 20),
            std::string("\xf8\xff\xff\x0f\xff\xff\xff\x0f\xff\xff\xff\x0f\xff\xff\xff\x0f\0\0\0\0", 20));
  EXPECT_EQ(image.substr(fat + size, size), image.substr(fat, size));
  const size_t root = fat + 2 * size;
  // 2023-11-14 is 43 << 9 | 11 << 5 | 14, and 22:13:20 is 22 << 11 | 13 << 5 | 10.
  const std::string date = "\x6e\x57";
  const std::string time = "\xaa\xb1";
  EXPECT_EQ(image.substr(root, 12), "ESP        \x08");
  EXPECT_EQ(image.substr(root + 32, 32), std::string("A       TXT\x20\0\0", 14) + time + date + date +
                                             std::string(2, '\0') + time + date + std::string("\3\0\7\0\0\0", 6));
  const std::string checksum = image.substr(root + 64 + 13, 1);
  EXPECT_EQ(image.substr(root + 64, 32), std::string("\x41l\0o\0n\0g\0 \0\x0f\0", 13) + checksum +
                                             std::string("n\0a\0m\0e\0\0\0\xff\xff\0\0\xff\xff\xff\xff", 18));
  EXPECT_EQ(image.substr(root + 96, 12), "LONGNA~1   \x20");
  EXPECT_EQ(image.substr(root + 512, 8), std::string("content\0", 8));
}

TEST(Fat32WriterTest, GoldenImage) {
  EXPECT_EQ(ToHex(Sha256(AsBytes(Sample()))), "b840705a4661a4a3709810c3f44624ec3424047c325f2c27ca7a5b12a1d40e60");
}

TEST(Fat32WriterTest, Probe) {
  const std::string image = Sample();
  const ByteSpan front = AsBytes(image).first(512);
  EXPECT_TRUE(LooksLikeFat32(front));
  EXPECT_EQ(ProbeFat32(front), (ProbedVolume{"vfat", "ESP", "1234-ABCD"}));
  EXPECT_FALSE(ProbeFat32(front.first(511)).has_value());
  EXPECT_FALSE(LooksLikeFat32(front.first(89)));
  for (const size_t offset : {82, 89, 510, 511}) {
    ByteVector changed(front.begin(), front.end());
    changed[offset] ^= 1;
    EXPECT_FALSE(ProbeFat32(changed).has_value()) << offset;
    EXPECT_EQ(LooksLikeFat32(changed), offset > 500) << offset;
  }
  ByteVector changed(front.begin(), front.end());
  changed[71] = 0xff;
  changed[72] = 7;
  EXPECT_EQ(ProbeFat32(changed)->label, "??P");
}

TEST(Fat32WriterTest, RefusesWhatFatCantHold) {
  const auto with = [](const std::function<void(FileTree&)>& fill, const Fat32Options& options = {.size = kSize}) {
    FileTree tree;
    fill(tree);
    MemorySink sink;
    return WriteFat32(tree, options, sink);
  };
  const auto file = [&](const std::string& name) {
    return with([&](FileTree& tree) { (void)tree.Put("/" + name, FileTree::RegularFile("", 0644, kTime)).ok(); });
  };
  const auto nothing = [](FileTree&) {};
  for (const char* name : {"a:b", "a?", "dot.", "blank ", " blank", "tab\t", "back\\slash"}) {
    EXPECT_THAT(file(name), HasError(ErrorKind::kUsage, "FAT can't hold a file named")) << name;
  }
  EXPECT_THAT(file("\xff"), HasError(ErrorKind::kUsage, "is not UTF-8"));
  EXPECT_OK(file(std::string(255, 'x')));
  EXPECT_THAT(with([](FileTree& tree) {
                (void)tree.Put("/name", FileTree::RegularFile("", 0644, kTime)).ok();
                (void)tree.Put("/NAME", FileTree::RegularFile("", 0644, kTime)).ok();
              }),
              HasError(ErrorKind::kUsage, "differ in capitals only"));
  EXPECT_THAT(with([](FileTree& tree) { (void)tree.Put("/fifo", {.mode = S_IFIFO | 0644}).ok(); }),
              HasError(ErrorKind::kUsage, "neither file nor directory"));
  EXPECT_THAT(with([](FileTree& tree) {
                (void)tree.Put("/large", FileTree::RegularFile(std::string(2 << 20, 'x'), 0644, kTime)).ok();
                (void)tree.Put("/rest", FileTree::RegularFile(std::string(33 << 20, 'x'), 0644, kTime)).ok();
              }),
              HasError(ErrorKind::kNoSpace, "are missing"));
  EXPECT_THAT(with(nothing, {.size = kSize, .label = "twelve chars"}),
              HasError(ErrorKind::kUsage, "is not a FAT label"));
  EXPECT_THAT(with(nothing, {.size = kSize, .label = "a/b"}), HasError(ErrorKind::kUsage, "is not a FAT label"));
  EXPECT_THAT(with(nothing, {.size = kSize + 1}), HasError(ErrorKind::kUsage, "a multiple of 512 bytes"));
  EXPECT_THAT(with(nothing, {.size = 32 << 20}), HasError(ErrorKind::kUsage, "the size is not from 33 MiB to 1 TiB"));
}

}  // namespace
}  // namespace hallmark
