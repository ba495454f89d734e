// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <csignal>

int main(int argc, char** argv) {
  // As every program of ours does (RunMain()): a write to what nobody reads any more is an error, not the end.
  std::signal(SIGPIPE, SIG_IGN);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
