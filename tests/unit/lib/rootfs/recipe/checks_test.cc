// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/checks.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using Check = std::string (*)(const std::string&);

void ExpectAll(Check check, const std::vector<std::string>& good, const std::vector<std::string>& bad) {
  for (const std::string& text : good) EXPECT_EQ(check(text), "") << text;
  for (const std::string& text : bad) EXPECT_NE(check(text), "") << "'" << text << "'";
}

TEST(ChecksTest, PackageNames) {
  ExpectAll(CheckPackageName, {"bash", "0ad", "libstdc++6", "a.b-c"}, {"", "a", "Bash", "-a", "a b", "a_b", "a\n"});
  ExpectAll(CheckPackageRequest, {"bash", "bash=5.2-1", "a1=2:1.0~rc1+b2"}, {"bash=", "B=1", "bash=-1", "bash=1 2"});
  ExpectAll(CheckPackageVersion, {"1", "1.2-3", "1:2.0~a+b"}, {"", ".1", "1_2", "1\n"});
}

TEST(ChecksTest, Architectures) { ExpectAll(CheckArchitecture, {"arm64", "amd64"}, {"", "armhf", "aarch64", "ARM64"}); }

TEST(ChecksTest, Names) {
  ExpectAll(CheckName, {"a", "bookworm-updates", "getty@tty1.service", std::string(255, 'a')},
            {"", ".a", "-a", "a/b", "a b", "a\n", std::string(256, 'a')});
}

TEST(ChecksTest, Users) {
  ExpectAll(CheckUser, {"root", "_apt", "www-data", "0", "999999999", std::string(32, 'a')},
            {"", "Root", "1a", "a.b", "1000000000", std::string(33, 'a')});
}

TEST(ChecksTest, Digests) {
  const std::string hex(64, 'a');
  ExpectAll(CheckSha256, {hex, std::string(64, '0')}, {"", hex + "a", hex.substr(1), std::string(64, 'A')});
  const std::string base64 = "sha512-" + std::string(86, 'A') + "==";
  ExpectAll(CheckIntegrity, {base64}, {"", "sha512-", base64.substr(1), base64 + "=", "sha256-" + base64.substr(7)});
  ExpectAll(CheckFingerprint, {std::string(40, 'a'), "0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567"},
            {"", std::string(39, 'a'), std::string(41, 'a'), std::string(40, 'g')});
}

TEST(ChecksTest, Urls) {
  ExpectAll(CheckUrl, {"http://a/b", "https://a/%20?q#f", "file:/a", "copy:/a"},
            {"", "ftp://a/", "http://a b", "http://a\n", "http://a|b", "HTTP://a"});
}

TEST(ChecksTest, SnapshotTimes) {
  ExpectAll(CheckSnapshotTime, {"20261101T000000Z"},
            {"", "2026-11-01", "20261101T000000", "20261101t000000Z", "2026110xT000000Z", "20261101T0000000Z"});
}

TEST(ChecksTest, NpmPackages) {
  ExpectAll(CheckNpmName, {"tool", "@scope/tool", "a.b-c_d~e"},
            {"", "@", "@scope", "@scope/", "@/tool", "a/b", ".a", "_a", "@scope/a/b", "a b"});
  ExpectAll(CheckNpmVersion, {"1.2.3", "1.2.3-rc.1+5"}, {"", "1.2", "^1.2.3", "v1.2.3", "latest"});
}

TEST(ChecksTest, Paths) {
  ExpectAll(CheckTreePath, {"/a", "/a/b c", "/a/..b"}, {"", "/", "a", "/a/", "/a//b", "/a/../b", "/./a", "/a\n"});
  ExpectAll(CheckRelativePath, {"a", "a/b", "..a"}, {"", "/a", "a/", "../a", "a/./b", "a\x7f"});
  ExpectAll(CheckFileName, {"a", "a b", "..a"}, {"", ".", "..", "a/b", "a\n", std::string(256, 'a')});
}

TEST(ChecksTest, Lines) { ExpectAll(CheckLine, {"", "any text: ü"}, {"a\n", std::string("a\0b", 3), "\x7f", "\t"}); }

}  // namespace
}  // namespace hallmark
