// SPDX-License-Identifier: Apache-2.0
#include "lib/archive/tar.h"

#include <fcntl.h>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;

class TarTest : public ::testing::Test {
 protected:
  Result<void> Write(const std::filesystem::path& path, uint64_t mtime = 1000000000) {
    ASSIGN_OR_RETURN(const File file, File::Open(path, O_RDWR | O_CREAT | O_TRUNC));
    ASSIGN_OR_RETURN(TarGzWriter writer, TarGzWriter::Create(file, mtime));
    RETURN_IF_ERROR(writer.Begin("one", 3));
    RETURN_IF_ERROR(writer.Write(AsBytes("abc")));
    RETURN_IF_ERROR(writer.Begin("directory/two", 0));
    return writer.Close();
  }

  testing::TempDir directory_;
  std::filesystem::path path_ = directory_ / "a.tar.gz";
};

TEST_F(TarTest, ReadsWhatItWrote) {
  ASSERT_OK(Write(path_));
  ASSERT_OK_AND_ASSIGN(const File file, File::OpenForReading(path_));
  ASSERT_OK_AND_ASSIGN(TarGzReader reader, TarGzReader::Open(file));
  ASSERT_OK_AND_ASSIGN(const std::optional<TarGzReader::Member> one, reader.Next());
  ASSERT_TRUE(one);
  EXPECT_EQ(one->name, "one");
  EXPECT_EQ(one->size, 3U);
  EXPECT_TRUE(one->regular);
  ByteVector buffer(10);
  EXPECT_EQ(reader.Read(buffer).value(), 3U);
  EXPECT_EQ(AsText(ByteSpan(buffer).first(3)), "abc");
  EXPECT_EQ(reader.Read(buffer).value(), 0U);
  ASSERT_OK_AND_ASSIGN(const std::optional<TarGzReader::Member> two, reader.Next());
  ASSERT_TRUE(two);
  EXPECT_EQ(two->name, "directory/two");
  EXPECT_FALSE(reader.Next().value());
}

TEST_F(TarTest, DependsOnNamesContentsAndTimeAlone) {
  ASSERT_OK(Write(path_));
  ASSERT_OK(Write(directory_ / "again"));
  EXPECT_EQ(testing::ReadFile(path_), testing::ReadFile(directory_ / "again"));
  ASSERT_OK(Write(directory_ / "later", 1000000001));
  EXPECT_NE(testing::ReadFile(path_), testing::ReadFile(directory_ / "later"));
}

TEST_F(TarTest, RefusesWhatIsDamaged) {
  testing::WriteFile(path_, "no archive");
  ASSERT_OK_AND_ASSIGN(const File file, File::OpenForReading(path_));
  Result<TarGzReader> reader = TarGzReader::Open(file);
  if (reader.ok()) {
    EXPECT_THAT(reader->Next(), HasError(ErrorKind::kCorrupt, "a.tar.gz: "));
  } else {
    EXPECT_THAT(reader, HasError(ErrorKind::kCorrupt, "a.tar.gz: "));
  }
}

}  // namespace
}  // namespace hallmark
