// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/command_line.h"

#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using Kind = DeviceName::Kind;
using Words = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kHash = "00112233445566778899aabbccddeeff0f1e2d3c4b5a69788796a5b4c3d2e1f0";

std::string WithHash(std::string_view rest) { return "roothash=" + std::string(kHash) + " " + std::string(rest); }

TEST(CommandLineTest, WordsAreSplitAsTheKernelSplitsThem) {
  EXPECT_EQ(SplitCommandLine("  quiet a=b  c=\"x y\" \"d=e f\" g==h\n"),
            (Words{{"quiet", ""}, {"a", "b"}, {"c", "x y"}, {"d", "e f"}, {"g", "=h"}}));
  EXPECT_EQ(SplitCommandLine(""), Words{});
  EXPECT_EQ(SplitCommandLine("a=\"open end"), (Words{{"a", "open end"}}));
}

TEST(CommandLineTest, TheRootHashNamesBothPartitions) {
  ASSERT_OK_AND_ASSIGN(const BootOptions options, ParseCommandLine(WithHash("console=ttyAMA0 quiet")));
  EXPECT_EQ(ToHex(options.root_hash), kHash);
  EXPECT_EQ(options.root, (DeviceName{Kind::kPartUuid, "00112233-4455-6677-8899-aabbccddeeff"}));
  EXPECT_EQ(options.verity_hash, (DeviceName{Kind::kPartUuid, "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"}));
  EXPECT_EQ(options.reaction, CorruptionReaction::kIoError);
  EXPECT_EQ(options.init, "/sbin/init");
  EXPECT_EQ(options.panic_seconds, 0);
}

TEST(CommandLineTest, DevicesMayBeNamedByWhatTheyHold) {
  ASSERT_OK_AND_ASSIGN(const BootOptions options,
                       ParseCommandLine(WithHash("systemd.verity_root_data=LABEL=rootfs "
                                                 "systemd.verity_root_hash=UUID=ABCD-EF root=LABEL=other")));
  EXPECT_EQ(options.root, (DeviceName{Kind::kLabel, "rootfs"}));
  EXPECT_EQ(options.verity_hash, (DeviceName{Kind::kUuid, "abcd-ef"}));
  EXPECT_THAT(ParseCommandLine(WithHash("systemd.verity_root_data=/dev/vda1")),
              HasError(ErrorKind::kUsage, "systemd.verity_root_data: '/dev/vda1': PARTUUID="));
  EXPECT_THAT(ParseCommandLine("hallmark.verity=off root=/dev/vda1"), HasError(ErrorKind::kUsage, "root: '/dev/vda1'"));
  EXPECT_THAT(ParseCommandLine("hallmark.verity=off root=LABEL="), HasError(ErrorKind::kUsage, "root: 'LABEL='"));
}

TEST(CommandLineTest, NoVerityOnlyWhenSaidSo) {
  EXPECT_THAT(ParseCommandLine("root=LABEL=rootfs"), HasError(ErrorKind::kUsage, "roothash= is missing"));
  EXPECT_THAT(ParseCommandLine(""), HasError(ErrorKind::kUsage, "roothash= is missing"));
  EXPECT_THAT(ParseCommandLine("hallmark.verity=off"), HasError(ErrorKind::kUsage, "root= is missing"));
  EXPECT_THAT(ParseCommandLine(WithHash("hallmark.verity=off")), HasError(ErrorKind::kUsage, "exclude each other"));
  EXPECT_THAT(ParseCommandLine("hallmark.verity=no root=LABEL=rootfs"),
              HasError(ErrorKind::kUsage, "hallmark.verity: 'no'"));
  ASSERT_OK_AND_ASSIGN(const BootOptions options, ParseCommandLine("hallmark.verity=off root=PARTLABEL=root"));
  EXPECT_TRUE(options.root_hash.empty());
  EXPECT_EQ(options.root, (DeviceName{Kind::kPartLabel, "root"}));
}

TEST(CommandLineTest, ARootHashIsWhole) {
  for (const std::string& hash : {std::string(), std::string("ab"), std::string(kHash.substr(1)),
                                  std::string(kHash) + "00", "g" + std::string(kHash.substr(1))}) {
    EXPECT_THAT(ParseCommandLine("roothash=" + hash), HasError(ErrorKind::kUsage, "roothash: 64 hex digits expected"))
        << hash;
  }
}

TEST(CommandLineTest, ReactionsAndTheRest) {
  ASSERT_OK_AND_ASSIGN(
      BootOptions options,
      ParseCommandLine(WithHash("systemd.verity_root_options=restart-on-corruption init=/bin/x rootwait panic=-1 "
                                "rootfstype=erofs rootflags=\"a,b\" hallmark.overlay_size=512m")));
  EXPECT_EQ(options.reaction, CorruptionReaction::kRestart);
  EXPECT_EQ(options.init, "/bin/x");
  EXPECT_EQ(options.device_wait_seconds, std::nullopt);
  EXPECT_EQ(options.panic_seconds, -1);
  EXPECT_EQ(options.root_type, "erofs");
  EXPECT_EQ(options.root_flags, "a,b");
  EXPECT_EQ(options.overlay_size, "512m");
  ASSERT_OK_AND_ASSIGN(options,
                       ParseCommandLine(WithHash("systemd.verity_root_options=panic-on-corruption rootwait=5")));
  EXPECT_EQ(options.reaction, CorruptionReaction::kPanic);
  EXPECT_EQ(options.device_wait_seconds, 5);
}

TEST(CommandLineTest, WrongValuesNameTheirParameter) {
  EXPECT_THAT(ParseCommandLine(WithHash("systemd.verity_root_options=ignore-corruption")),
              HasError(ErrorKind::kUsage, "systemd.verity_root_options: no option 'ignore-corruption'"));
  EXPECT_THAT(ParseCommandLine(WithHash("init=sh")), HasError(ErrorKind::kUsage, "init: 'sh'"));
  EXPECT_THAT(ParseCommandLine(WithHash("rootwait=soon")), HasError(ErrorKind::kUsage, "rootwait: 'soon'"));
  EXPECT_THAT(ParseCommandLine(WithHash("panic=1x")), HasError(ErrorKind::kUsage, "panic: '1x'"));
  EXPECT_THAT(ParseCommandLine(WithHash("hallmark.overlay_size=1,mode=777")),
              HasError(ErrorKind::kUsage, "hallmark.overlay_size"));
}

TEST(CommandLineTest, TheLastOneCounts) {
  ASSERT_OK_AND_ASSIGN(const BootOptions options, ParseCommandLine(WithHash("init=/a init=/b")));
  EXPECT_EQ(options.init, "/b");
}

}  // namespace
}  // namespace hallmark::guest
