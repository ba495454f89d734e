// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/doctor.h"

#include <algorithm>

#include "lib/rootfs/tree/namespace.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using State = Need::State;

const Need& Named(const std::vector<Need>& needs, std::string_view name) {
  return *std::find_if(needs.begin(), needs.end(), [&](const Need& need) { return need.name == name; });
}

TEST(DoctorTest, GivesARemedyForWhatIsMissingAndForNothingElse) {
  const testing::TempDir directory;
  const std::vector<Need> needs = ExamineMachine(NativeArchitecture(), directory.path());
  EXPECT_GE(needs.size(), 9U);
  for (const Need& need : needs) {
    EXPECT_EQ(need.remedy.empty(), need.state == State::kPresent) << need.name;
    EXPECT_FALSE(need.detail.empty()) << need.name;
  }
  EXPECT_EQ(Named(needs, "running " + std::string(NativeArchitecture()) + " programs").state, State::kPresent);
}

TEST(DoctorTest, SaysWhatEveryProgramIsFor) {
  const testing::TempDir directory;
  const std::vector<Need> needs = ExamineMachine(NativeArchitecture(), directory.path());
  EXPECT_EQ(Named(needs, "gpgv").detail, "checks who signed a Release file");
  EXPECT_EQ(Named(needs, "depmod").detail, "indexes kernel modules");
}

TEST(DoctorTest, MeasuresTheDiskOfACacheThatDoesNotExistYet) {
  const testing::TempDir directory;
  const std::vector<Need> needs = ExamineMachine(NativeArchitecture(), directory / "not/yet");
  EXPECT_NE(Named(needs, "disk space for the cache").detail.find(" free at " + (directory / "not/yet").string()),
            std::string::npos);
}

}  // namespace
}  // namespace hallmark
