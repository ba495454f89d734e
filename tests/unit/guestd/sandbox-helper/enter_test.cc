// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/enter.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "tests/support/matchers.h"

namespace hallmark::sandbox {
namespace {

using ::hallmark::testing::HasError;
using namespace std::string_literals;

TEST(Launch, ComesBackAsItWas) {
  const Launch launch = {.command = {"sh", "-c", "", "a\nb"}, .environment = {"A=b", "B=", ""}};
  ASSERT_OK_AND_ASSIGN(const Launch decoded, DecodeLaunch(EncodeLaunch(launch)));
  EXPECT_EQ(decoded, launch);
}

TEST(Launch, RefusesOtherBytes) {
  for (const std::string& bytes : {""s, "1"s, "1\0"s, "x\0sh\0"s, "0\0sh\0"s, "2\0sh\0"s, "1\0sh"s, "1x\0sh\0"s}) {
    EXPECT_THAT(DecodeLaunch(bytes), HasError(ErrorKind::kCorrupt, "the command to run")) << bytes;
  }
}

/// A pair of sockets as the helper and the sandbox hold them.
struct Sockets {
  Sockets() {
    std::array<int, 2> fds{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()), 0);
    outside = UniqueFd(fds[0]);
    inside = UniqueFd(fds[1]);
    const int on = 1;
    EXPECT_EQ(setsockopt(outside.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on), 0);
  }
  UniqueFd outside;
  UniqueFd inside;
};

TEST(Entered, IsNotASandboxThatEndedBefore) {
  Sockets sockets;
  sockets.inside.Reset();
  EXPECT_THAT(ReceiveEntered(sockets.outside.get()), HasError(ErrorKind::kIo, "the sandbox could not be made"));
  EXPECT_THAT(LetGo(sockets.outside.get()), HasError(ErrorKind::kIo, "starting the command"));
}

TEST(Entered, HasItsPorts) {
  const Sockets sockets;
  ASSERT_EQ(send(sockets.inside.get(), "x", 1, 0), 1);
  EXPECT_THAT(ReceiveEntered(sockets.outside.get()), HasError(ErrorKind::kInternal, "the sandbox sent no ports"));
}

TEST(Entered, GoesWhenItIsLet) {
  const Sockets sockets;
  ASSERT_OK(LetGo(sockets.outside.get()));
  char byte = 1;
  EXPECT_EQ(read(sockets.inside.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 0);
}

TEST(Enter, IsForTheHelperOnly) {
  EXPECT_EQ(Enter({"--enter"}), kOwnFailure);
  EXPECT_EQ(Enter({"--enter", "3x", "4"}), kOwnFailure);
  EXPECT_EQ(Enter({"--enter", "2", "4"}), kOwnFailure);
}

}  // namespace
}  // namespace hallmark::sandbox
