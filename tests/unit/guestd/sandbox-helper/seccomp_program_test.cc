// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/seccomp_program.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>

namespace hallmark::sandbox {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
constexpr uint32_t kOtherArchitecture = AUDIT_ARCH_I386;
#else
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
constexpr uint32_t kOtherArchitecture = AUDIT_ARCH_ARM;
#endif
constexpr uint32_t kEperm = SECCOMP_RET_ERRNO | EPERM;
constexpr uint32_t kEnosys = SECCOMP_RET_ERRNO | ENOSYS;

/// Runs the program as the kernel would: the instructions that it uses, and a failure on all others.
uint32_t RunProgram(const std::vector<sock_filter>& program, const seccomp_data& data) {
  uint32_t accumulator = 0;
  for (size_t at = 0; at < program.size(); ++at) {
    const sock_filter& instruction = program[at];
    const auto jump = [&](bool taken) { at += taken ? instruction.jt : instruction.jf; };
    switch (instruction.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (instruction.k % 4 != 0 || instruction.k + 4 > sizeof data) return ~0U;
        std::memcpy(&accumulator, reinterpret_cast<const char*>(&data) + instruction.k, sizeof accumulator);
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        accumulator &= instruction.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        jump(accumulator == instruction.k);
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        jump(accumulator >= instruction.k);
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        jump((accumulator & instruction.k) != 0);
        break;
      case BPF_RET | BPF_K:
        return instruction.k;
      default:
        return ~0U;
    }
  }
  return ~0U;
}

uint32_t Verdict(long number, uint64_t first = 0, uint64_t second = 0, uint64_t third = 0) {
  seccomp_data data{};
  data.nr = static_cast<int>(number);
  data.arch = kArchitecture;
  data.args[0] = first;
  data.args[1] = second;
  data.args[2] = third;
  return RunProgram(SeccompProgram(), data);
}

TEST(SeccompProgram, FitsTheKernel) {
  EXPECT_LE(SeccompProgram().size(), 4096U);  // BPF_MAXINSNS
}

TEST(SeccompProgram, AllowsOrdinaryCalls) {
  for (const long number :
       {__NR_read, __NR_openat, __NR_execve, __NR_futex, __NR_exit_group, __NR_connect, __NR_sendmsg, __NR_prctl,
        __NR_seccomp, __NR_memfd_create, __NR_pidfd_open, __NR_landlock_create_ruleset}) {
    EXPECT_EQ(Verdict(number), SECCOMP_RET_ALLOW) << number;
  }
}

TEST(SeccompProgram, KillsCallsOfOtherArchitectures) {
  seccomp_data data{};
  data.arch = kOtherArchitecture;
  EXPECT_EQ(RunProgram(SeccompProgram(), data), SECCOMP_RET_KILL_PROCESS);
#if defined(__x86_64__)
  EXPECT_EQ(Verdict(0x40000000 | __NR_read), SECCOMP_RET_KILL_PROCESS);
  EXPECT_EQ(Verdict(-1), SECCOMP_RET_KILL_PROCESS);
#else
  EXPECT_EQ(Verdict(-1), kEnosys);
#endif
}

TEST(SeccompProgram, AllowsSocketsOfTheInternetOnly) {
  EXPECT_EQ(Verdict(__NR_socket, AF_INET, SOCK_STREAM), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Verdict(__NR_socket, AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Verdict(__NR_socket, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Verdict(__NR_socket, AF_INET, SOCK_RAW), kEperm);
  EXPECT_EQ(Verdict(__NR_socket, AF_UNIX, SOCK_STREAM), kEperm);
  EXPECT_EQ(Verdict(__NR_socket, AF_UNIX | 1ULL << 32, SOCK_STREAM), kEperm);  // the kernel takes the low half
  EXPECT_EQ(Verdict(__NR_socket, AF_VSOCK, SOCK_STREAM), kEperm);
  EXPECT_EQ(Verdict(__NR_socket, AF_PACKET, SOCK_DGRAM), kEperm);
  EXPECT_EQ(Verdict(__NR_socket, AF_ALG, SOCK_SEQPACKET), kEperm);
  EXPECT_EQ(Verdict(__NR_socket, AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT), kEperm);
}

TEST(SeccompProgram, AllowsPairsThatStayPairs) {
  EXPECT_EQ(Verdict(__NR_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Verdict(__NR_socketpair, AF_UNIX, SOCK_SEQPACKET), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Verdict(__NR_socketpair, AF_UNIX, SOCK_DGRAM), kEperm);
  EXPECT_EQ(Verdict(__NR_socketpair, AF_TIPC, SOCK_STREAM), kEperm);
}

TEST(SeccompProgram, RefusesNamespaces) {
  EXPECT_EQ(Verdict(__NR_clone, SIGCHLD), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Verdict(__NR_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Verdict(__NR_unshare, CLONE_FILES), SECCOMP_RET_ALLOW);
  for (const uint64_t flag :
       {CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP}) {
    EXPECT_EQ(Verdict(__NR_clone, flag | SIGCHLD), kEperm) << flag;
    EXPECT_EQ(Verdict(__NR_unshare, flag | CLONE_FILES), kEperm) << flag;
  }
  EXPECT_EQ(Verdict(__NR_unshare, 0x80), kEperm);  // CLONE_NEWTIME
  EXPECT_EQ(Verdict(__NR_setns), kEperm);
  EXPECT_EQ(Verdict(__NR_clone3), kEnosys);
}

TEST(SeccompProgram, RefusesTypingIntoTheTerminal) {
  EXPECT_EQ(Verdict(__NR_ioctl, 0, TCGETS), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Verdict(__NR_ioctl, 0, TIOCSTI), kEperm);
  EXPECT_EQ(Verdict(__NR_ioctl, 0, TIOCSTI | 1ULL << 32), kEperm);
  EXPECT_EQ(Verdict(__NR_ioctl, 0, TIOCLINUX), kEperm);
}

TEST(SeccompProgram, RefusesWaysIntoTheKernel) {
  for (const long number :
       {__NR_ptrace, __NR_process_vm_readv, __NR_mount, __NR_umount2, __NR_pivot_root, __NR_chroot, __NR_bpf,
        __NR_perf_event_open, __NR_userfaultfd, __NR_keyctl, __NR_add_key, __NR_request_key, __NR_finit_module,
        __NR_kexec_load, __NR_reboot, __NR_open_by_handle_at, __NR_syslog}) {
    EXPECT_EQ(Verdict(number), kEperm) << number;
  }
  for (const long number : {__NR_io_uring_setup, __NR_io_uring_enter, __NR_io_uring_register, __NR_fsopen,
                            __NR_open_tree, __NR_move_mount, __NR_mount_setattr, 452, 10000}) {
    EXPECT_EQ(Verdict(number), kEnosys) << number;
  }
}

}  // namespace
}  // namespace hallmark::sandbox
