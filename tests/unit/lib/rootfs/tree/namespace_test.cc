// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/namespace.h"

#include <algorithm>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using ::testing::Contains;
using testing::HasError;

class SubordinateIdsTest : public ::testing::Test {
 protected:
  Result<uint32_t> Find(std::string_view text) {
    testing::WriteFile(directory_ / "subuid", text);
    return SubordinateIds((directory_ / "subuid").c_str(), "agent", 1000);
  }
  testing::TempDir directory_;
};

TEST_F(SubordinateIdsTest, AreThoseOfTheNameOrTheNumber) {
  EXPECT_EQ(Find("other:100000:65536\nagent:165536:65536\n").value(), 165536U);
  EXPECT_EQ(Find("1000:200000:65535\n").value(), 200000U);
  EXPECT_EQ(Find("agent:1:100\nagent:300000:65536\n").value(), 300000U);
}

TEST_F(SubordinateIdsTest, SayHowToGetThem) {
  for (const char* text : {"", "agent\n", "agent:100000:65534\n", "other:100000:65536\n", "agent2:100000:65536\n"}) {
    const Result<uint32_t> ids = Find(text);
    EXPECT_THAT(ids, HasError(ErrorKind::kIo, "user agent has no range of 65536 subordinate ids in")) << text;
    EXPECT_EQ(ids.error().hint, "as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 agent");
  }
}

TEST(EmulationTest, IsNotRequiredForThisMachinesArchitecture) { EXPECT_OK(CheckEmulation(NativeArchitecture())); }

TEST(BuildEnvironmentTest, HoldsNothingOfTheCallers) {
  const std::vector<std::string> environment = BuildEnvironment(1000000000);
  EXPECT_THAT(environment, Contains("SOURCE_DATE_EPOCH=1000000000"));
  EXPECT_THAT(environment, Contains("TZ=UTC"));
  EXPECT_THAT(environment, Contains("LC_ALL=C.UTF-8"));
  EXPECT_TRUE(std::none_of(environment.begin(), environment.end(),
                           [](const std::string& entry) { return entry.starts_with("USER="); }));
}

}  // namespace
}  // namespace hallmark
