// SPDX-License-Identifier: Apache-2.0
#include "lib/archive/cpio.h"

#include <gtest/gtest.h>

#include "lib/archive/filter.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

FileTree SmallTree() {
  FileTree tree;
  EXPECT_TRUE(tree.Put("/a", FileTree::RegularFile("hi\n", 0644, {1})).ok());
  tree.inode(FileTree::kRoot).mtime = {1};
  tree.Compact();
  return tree;
}

ByteVector Archive(const FileTree& tree) {
  MemorySink sink;
  EXPECT_TRUE(WriteCpio(tree, sink).ok());
  return sink.bytes();
}

TEST(CpioTest, HasTheBytesOfNewc) {
  const std::string zeros(32, '0');
  const std::string root =
      "070701"
      "00000001"
      "000041ed"
      "00000000"
      "00000000"
      "00000002"
      "00000001"
      "00000000" +
      zeros +
      "00000002"
      "00000000" +
      std::string(".\0", 2);
  const std::string file =
      "070701"
      "00000002"
      "000081a4"
      "00000000"
      "00000000"
      "00000001"
      "00000001"
      "00000003" +
      zeros +
      "00000002"
      "00000000" +
      std::string("a\0", 2) + std::string("hi\n\0", 4);
  const std::string trailer =
      "070701"
      "00000000"
      "00000000"
      "00000000"
      "00000000"
      "00000001"
      "00000000"
      "00000000" +
      zeros +
      "0000000b"
      "00000000" +
      std::string("TRAILER!!!\0\0\0\0", 14);
  EXPECT_EQ(AsText(Archive(SmallTree())), root + file + trailer);
}

TEST(CpioTest, ReadsWhatItWrote) {
  FileTree tree = SmallTree();
  ASSERT_TRUE(tree.Put("/dev/console", FileTree::Device(S_IFCHR | 0600, 5, 1, {1})).ok());
  ASSERT_TRUE(tree.Put("/link", FileTree::SymbolicLink("a", {1})).ok());
  ASSERT_TRUE(tree.Link("/b", *tree.Find("/a")).ok());
  tree.Compact();
  const ByteVector bytes = Archive(tree);
  const auto read = ReadCpio(bytes, 100);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->inode(*read->Find("/b")).data, "hi\n");
  EXPECT_EQ(*read->Find("/a"), *read->Find("/b"));
  EXPECT_EQ(read->inode(*read->Find("/link")).data, "a");
  EXPECT_EQ(read->inode(*read->Find("/dev/console")).device_major, 5U);
}

TEST(CpioTest, CapsContent) {
  EXPECT_THAT(ReadCpio(Archive(SmallTree()), 2), HasError(ErrorKind::kCorrupt, "more content than expected"));
}

TEST(CpioTest, RefusesTimesThatDoNotFit) {
  FileTree tree;
  tree.inode(FileTree::kRoot).mtime = {-1};
  MemorySink sink;
  EXPECT_THAT(WriteCpio(tree, sink), HasError(ErrorKind::kUnsupported, "its time does not fit"));
}

TEST(FilterTest, ComesBackAndRepeats) {
  const std::string text(100000, 'x');
  for (const Filter filter : {Filter::kGzip, Filter::kZstd}) {
    const auto once = Compress(AsBytes(text), filter);
    const auto again = Compress(AsBytes(text), filter);
    ASSERT_TRUE(once.ok() && again.ok());
    EXPECT_EQ(*once, *again);
    EXPECT_EQ(AsText(*Decompress(*once, text.size())), text);
    EXPECT_THAT(Decompress(*once, text.size() - 1), HasError(ErrorKind::kCorrupt, "more than 99999 bytes"));
  }
}

TEST(FilterTest, PassesPlainBytes) {
  EXPECT_EQ(AsText(*Decompress(AsBytes("\x7f"
                                       "ELF"),
                               10)),
            "\x7f"
            "ELF");
}

}  // namespace
}  // namespace hallmark
