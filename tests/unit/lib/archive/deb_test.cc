// SPDX-License-Identifier: Apache-2.0
#include "lib/archive/deb.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "tests/support/data_directory.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::HasError;

Result<std::string> Repack(const fs::path& deb) {
  const testing::TempDir directory;
  ASSIGN_OR_RETURN(const File packed, File::OpenForReading(deb));
  ASSIGN_OR_RETURN(const File plain, File::Open(directory / "plain.deb", O_RDWR | O_CREAT | O_EXCL));
  RETURN_IF_ERROR(RepackDebUncompressed(packed, plain));
  return ReadSmallFile(directory / "plain.deb");
}

fs::path Good(std::string_view name) { return testing::DataDirectory("deb") / "good" / name; }

TEST(DebTest, GivesEveryMessage) {
  testing::CheckDataDirectory("deb", [](const fs::path& input) -> Result<void> {
    RETURN_IF_ERROR(Repack(input));
    return {};
  });
}

TEST(DebTest, FindsTheMembers) {
  ASSERT_OK_AND_ASSIGN(const File file, File::OpenForReading(Good("more-members.deb")));
  ASSERT_OK_AND_ASSIGN(const Deb deb, ReadDeb(file));
  EXPECT_EQ(deb.control.name, "control.tar.gz");
  EXPECT_EQ(deb.data.name, "data.tar.xz");
  const std::string bytes = testing::ReadFile(Good("more-members.deb"));
  EXPECT_EQ(bytes.substr(deb.control.offset, 2), "\x1f\x8b");
  EXPECT_EQ(bytes.substr(deb.data.offset, 5), std::string("\xfd"
                                                          "7zXZ"));
  EXPECT_LE(deb.data.offset + deb.data.size, bytes.size());
}

TEST(DebTest, TakesTheNamesOfGnuArToo) {
  ASSERT_OK_AND_ASSIGN(const File file, File::OpenForReading(Good("gnu-names.deb")));
  EXPECT_EQ(ReadDeb(file).value().data.name, "data.tar.gz");
}

// However its members were compressed, and whatever stood beside them, the package comes out as the same bytes.
TEST(DebTest, RepacksToTheBytesOfAPlainPackage) {
  const std::string plain = testing::ReadFile(Good("plain.deb"));
  for (const char* name : {"xz.deb", "gnu-names.deb", "more-members.deb", "plain.deb"}) {
    EXPECT_EQ(Repack(Good(name)).value(), plain) << name;
  }
}

/// A package with one file and one hard link to it, owned by who runs this: others can't give files away.
std::string OwnPackage() {
  const auto header = [](const std::string& name, char type, const std::string& link, size_t size) {
    std::string block(512, '\0');
    const auto put = [&block](size_t at, const std::string& text) { block.replace(at, text.size(), text); };
    const auto octal = [](unsigned number, int digits) {
      char text[16];
      std::snprintf(text, sizeof text, "%0*o", digits, number);
      return std::string(text);
    };
    put(0, name);
    put(100, "0000640");
    put(108, octal(geteuid(), 7));
    put(116, octal(getegid(), 7));
    put(124, octal(static_cast<unsigned>(size), 11));
    put(136, "07346545000");  // 1000000000
    put(148, "        ");
    put(156, std::string(1, type));
    put(157, link);
    put(257, std::string("ustar\00000", 8));
    unsigned sum = 0;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    put(148, octal(sum, 6) + std::string("\0 ", 2));
    return block;
  };
  const std::string content = "content\n";
  std::string tar = header("./opt/file", '0', "", content.size()) + content + std::string(512 - content.size(), '\0');
  tar += header("./opt/link", '1', "./opt/file", 0) + std::string(1024, '\0');
  const auto member = [](const std::string& name, const std::string& bytes) {
    char text[61];
    std::snprintf(text, sizeof text, "%-16s%-12d%-6d%-6d%-8s%-10zu`\n", name.c_str(), 0, 0, 0, "100644", bytes.size());
    return std::string(text, 60) + bytes;
  };
  return "!<arch>\n" + member("debian-binary", "2.0\n") + member("control.tar", std::string(1024, '\0')) +
         member("data.tar", tar);
}

class ExtractDebTest : public ::testing::Test {
 protected:
  Result<void> Extract(const std::string& package) {
    testing::WriteFile(directory_ / "a.deb", package);
    fs::create_directories(directory_ / "tree");
    ASSIGN_OR_RETURN(const File deb, File::OpenForReading(directory_ / "a.deb"));
    return ExtractDeb(deb, directory_ / "tree");
  }
  testing::TempDir directory_;
};

TEST_F(ExtractDebTest, WritesFilesWithModesTimesAndLinks) {
  ASSERT_OK(Extract(OwnPackage()));
  struct stat file {};
  struct stat link {};
  ASSERT_EQ(stat((directory_ / "tree/opt/file").c_str(), &file), 0);
  ASSERT_EQ(stat((directory_ / "tree/opt/link").c_str(), &link), 0);
  EXPECT_EQ(testing::ReadFile(directory_ / "tree/opt/file"), "content\n");
  EXPECT_EQ(file.st_mode, mode_t{S_IFREG | 0640});
  EXPECT_EQ(file.st_mtime, 1000000000);
  EXPECT_EQ(file.st_ino, link.st_ino);
}

TEST_F(ExtractDebTest, KeepsADirectoryThatIsALinkInTheTree) {
  fs::create_directories(directory_ / "tree/usr/opt");
  fs::create_symlink("usr/opt", directory_ / "tree/opt");
  ASSERT_OK(Extract(OwnPackage()));
  EXPECT_EQ(fs::read_symlink(directory_ / "tree/opt"), "usr/opt");
  EXPECT_EQ(testing::ReadFile(directory_ / "tree/usr/opt/file"), "content\n");
}

TEST_F(ExtractDebTest, LeavesTheTreeByNoName) {
  std::string package = OwnPackage();
  package.replace(package.find("./opt/file"), 10, "../../file");
  EXPECT_THAT(Extract(package), HasError(ErrorKind::kIo, "a.deb: extracting to "));
  EXPECT_FALSE(fs::exists(directory_ / "file"));
}

}  // namespace
}  // namespace hallmark
