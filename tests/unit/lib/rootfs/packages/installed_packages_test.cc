// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/installed_packages.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

constexpr std::string_view kStatus =
    "Package: small\nStatus: install ok installed\nVersion: 1\nArchitecture: all\nInstalled-Size: 10\n\n"
    "Package: large\nStatus: hold ok installed\nVersion: 2:2\nArchitecture: arm64\nInstalled-Size: 2000\n\n"
    "Package: removed\nStatus: deinstall ok config-files\nVersion: 3\nInstalled-Size: 5000\n\n"
    "Package: also-small\nStatus: install ok installed\nVersion: 4\nArchitecture: arm64\nInstalled-Size: 10\n\n"
    "Status: install ok installed\n\n"
    "Package: without-size\nStatus: install ok installed\n";

TEST(InstalledPackagesTest, AreThoseOfDpkgTheLargestFirst) {
  const std::vector<InstalledPackage> packages = ParseDpkgStatus(std::string(kStatus));
  std::vector<std::string> names;
  for (const InstalledPackage& package : packages) names.push_back(package.name);
  EXPECT_EQ(names, (std::vector<std::string>{"large", "small", "also-small", "without-size"}));
  EXPECT_EQ(packages[0].version, "2:2");
  EXPECT_EQ(packages[0].architecture, "arm64");
  EXPECT_EQ(packages[0].size, 2000U * 1024);
  EXPECT_EQ(packages[3].size, 0U);
}

TEST(InstalledPackagesTest, AreReadFromATree) {
  FileTree tree;
  EXPECT_THAT(InstalledPackages(tree), HasError(ErrorKind::kNotFound, "/var/lib/dpkg/status"));
  ASSERT_OK(tree.Put(kDpkgStatusPath, FileTree::RegularFile(std::string(kStatus), 0644, {})));
  EXPECT_EQ(InstalledPackages(tree).value().size(), 4U);
}

TEST(DpkgStatusTest, CountsWhatIsInstalled) {
  const std::vector<InstalledPackage> packages = ParseDpkgStatus(
      "Package: small\nStatus: install ok installed\nInstalled-Size: 1\nArchitecture: all\nVersion: 1:2\n"
      "Description: x\n Version: 9\n\n"
      "Package: gone\nStatus: deinstall ok config-files\nVersion: 3\n\n"
      "Package: half\nStatus: install ok half-configured\nVersion: 3\n\n"
      "Package: large\nStatus: hold ok installed\nInstalled-Size: 7\nArchitecture: arm64\nVersion: 4\n");
  ASSERT_EQ(packages.size(), 2U);
  EXPECT_EQ(packages[0].name, "large");
  EXPECT_EQ(packages[0].size, 7U * 1024);
  EXPECT_EQ(packages[1].version, "1:2");
  EXPECT_EQ(packages[1].architecture, "all");
}

}  // namespace
}  // namespace hallmark
