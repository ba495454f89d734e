// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/disk_service.h"

#include <filesystem>
#include <utility>

#include "tests/support/matchers.h"
#include "tests/unit/guestd/sdk-daemon/services_fixture.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::ReadFile;
using ::hallmark::testing::WriteFile;

class DiskServiceTest : public ServicesFixture {
 protected:
  DiskServiceTest() { std::filesystem::create_directories(directory_ / "sessions"); }
};

TEST_F(DiskServiceTest, MeasuresTheDisk) {
  SessionService sessions(loop_, Options());
  DiskService disk(loop_, sessions, link_, [](const Reply&) {});
  disk.AddMethods(methods_);
  ASSERT_OK_AND_ASSIGN(const JsonValue usage, Call("disk.usage"));
  EXPECT_GT(usage.Number("total").value_or(0), 0U);
  EXPECT_TRUE(usage.Number("free") && usage.Number("free_files"));
  EXPECT_NE(usage.Text().find(R"("sessions":{}})"), std::string::npos) << usage.Text();
  EXPECT_THAT(Call("disk.usage", R"({"session":"a-b-c"})"), HasError(ErrorKind::kNotFound, "no session a-b-c"));
  EXPECT_THAT(Call("session.quota", R"({"session":"a-b-c","bytes":1})"),
              HasError(ErrorKind::kNotFound, "no session a-b-c"));
}

TEST_F(DiskServiceTest, EmptiesTheTrash) {
  WriteFile(directory_ / "sessions/.hallmark/trash/a/b", "x");
  WriteFile(directory_ / "sessions/kept", "k");
  SessionService sessions(loop_, Options());
  DiskService disk(loop_, sessions, link_, [](const Reply&) {});
  disk.AddMethods(methods_);
  ASSERT_OK_AND_ASSIGN(const JsonValue collected, Call("disk.collect"));
  EXPECT_NE(collected.Text().find(R"("errors":[])"), std::string::npos) << collected.Text();
  EXPECT_GT(collected.Number("freed").value_or(0), 0U);
  EXPECT_TRUE(std::filesystem::is_empty(directory_ / "sessions/.hallmark/trash"));
  EXPECT_EQ(ReadFile(directory_ / "sessions/kept"), "k");
}

TEST_F(DiskServiceTest, AsksGuestdToTrim) {
  SessionService sessions(loop_, Options("no disk"));
  DiskService disk(loop_, sessions, link_, [](const Reply& reply) { reply(JsonValue::Object({{"bytes", 4096}})); });
  disk.AddMethods(methods_);
  ASSERT_OK_AND_ASSIGN(const JsonValue trimmed, Call("disk.trim"));
  EXPECT_EQ(trimmed.Number("bytes"), 4096U);
  EXPECT_THAT(Call("disk.usage"), HasError(ErrorKind::kIo, "sessions can't work: no disk"));
}

}  // namespace
}  // namespace hallmark::guest
