// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/pip.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;
using testing::HasError;

std::vector<Lock::Package> Packages(const std::string& python, const std::string& libc) {
  return {{.name = "python3", .version = python}, {.name = "libc6", .version = libc}};
}

TEST(PipTargetTest, NamesEveryWheelThatTheImageRuns) {
  Recipe recipe;
  recipe.architecture = "arm64";
  EXPECT_THAT(PipTarget(recipe, Packages("3.11.2-1+b1", "2.19-1")).value(),
              ElementsAre("--only-binary", ":all:", "--implementation", "cp", "--python-version", "3.11", "--platform",
                          "manylinux_2_19_aarch64", "--platform", "manylinux_2_18_aarch64", "--platform",
                          "manylinux_2_17_aarch64", "--platform", "manylinux2014_aarch64"));
  recipe.architecture = "amd64";
  EXPECT_THAT(PipTarget(recipe, Packages("1:3.9-2", "2.17")).value(),
              ElementsAre("--only-binary", ":all:", "--implementation", "cp", "--python-version", "3.9", "--platform",
                          "manylinux_2_17_x86_64", "--platform", "manylinux2014_x86_64"));
}

TEST(PipTargetTest, SaysWhichPackageIsMissing) {
  const Result<std::vector<std::string>> target = PipTarget(Recipe(), {});
  EXPECT_THAT(target, HasError(ErrorKind::kUsage, "python3"));
  EXPECT_EQ(target.error().hint, "add python3 and python3-pip to packages of [apt]");
  EXPECT_THAT(PipTarget(Recipe(), {{.name = "python3", .version = "3.11"}}), HasError(ErrorKind::kUsage, "libc6"));
  for (const char* version : {"3", "x.1", "3.x", ""}) {
    EXPECT_THAT(PipTarget(Recipe(), Packages(version, "2.36")), HasError(ErrorKind::kUnsupported, "python3"))
        << version;
  }
}

TEST(WheelNameTest, HoldsNameAndVersion) {
  ASSERT_OK_AND_ASSIGN(const Lock::Python wheel, ParseWheelName("pdfminer.six-20231228-py3-none-any.whl"));
  EXPECT_EQ(wheel.name, "pdfminer.six");
  EXPECT_EQ(wheel.version, "20231228");
  EXPECT_EQ(wheel.file, "pdfminer.six-20231228-py3-none-any.whl");
  for (const char* name : {"", ".whl", "a.whl", "a-1.whl", "-1-py3.whl", "a--py3.whl", "a-1-py3.tar.gz"}) {
    EXPECT_THAT(ParseWheelName(name), HasError(ErrorKind::kCorrupt, "is not the name of a wheel")) << name;
  }
}

TEST(RequirementsTest, NameEveryWheelWithItsHash) {
  EXPECT_EQ(LockedRequirements({{.name = "a", .version = "1", .file = "a-1-py3-none-any.whl", .sha256 = "01"},
                                {.name = "b", .version = "2.0", .file = "b", .sha256 = "23"}}),
            "a==1 --hash=sha256:01\nb==2.0 --hash=sha256:23\n");
}

}  // namespace
}  // namespace hallmark
