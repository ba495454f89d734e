// SPDX-License-Identifier: Apache-2.0
// The /sbin/init of the boot test's root: says that it was reached, and ends the machine.
#include <sys/reboot.h>
#include <unistd.h>

#include <cstdio>

int main() {
  std::puts("BOOT TEST: root reached");
  std::fflush(stdout);
  reboot(RB_POWER_OFF);
}
