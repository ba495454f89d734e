// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/seccomp_program.h"

#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace hallmark::sandbox {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
constexpr uint32_t kX32Bit = 0x40000000;  // __X32_SYSCALL_BIT
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "sandbox-helper knows the system calls of x86-64 and aarch64 only"
#endif

// The newest call that was looked at: cachestat (Linux 6.5). Since 5.x, both architectures number new calls alike.
constexpr uint32_t kNewestCall = 451;

constexpr uint32_t kNamespaceFlags =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;
constexpr uint32_t kNewTime = 0x80;           // CLONE_NEWTIME; in clone(), these bits are a signal's number
constexpr uint32_t kSocketTypeMask = 0xf;     // SOCK_TYPE_MASK of the kernel's linux/net.h
constexpr uint32_t kTerminalInput = 0x5412;   // TIOCSTI, asm-generic/ioctls.h
constexpr uint32_t kConsoleControl = 0x541c;  // TIOCLINUX, asm-generic/ioctls.h

// What fails with EPERM whatever its arguments.
constexpr std::array kForbidden = {
    // Other processes' memory and descriptors.
    __NR_ptrace,
    __NR_process_vm_readv,
    __NR_process_vm_writev,
    __NR_kcmp,
    __NR_pidfd_getfd,
    __NR_process_madvise,
    // The filesystem's shape, and files without a path to them.
    __NR_mount,
    __NR_umount2,
    __NR_pivot_root,
    __NR_chroot,
    __NR_swapon,
    __NR_swapoff,
    __NR_quotactl,
    __NR_name_to_handle_at,
    __NR_open_by_handle_at,
    __NR_fanotify_init,
    __NR_setns,
    // Kernel code that reads what programs hand it.
    __NR_bpf,
    __NR_perf_event_open,
    __NR_userfaultfd,
    __NR_keyctl,
    __NR_add_key,
    __NR_request_key,
    // The machine.
    __NR_init_module,
    __NR_finit_module,
    __NR_delete_module,
    __NR_kexec_load,
    __NR_kexec_file_load,
    __NR_reboot,
    __NR_acct,
    __NR_settimeofday,
    __NR_clock_settime,
    __NR_clock_adjtime,
    __NR_adjtimex,
    __NR_sethostname,
    __NR_setdomainname,
    __NR_syslog,
    __NR_vhangup,
    __NR_lookup_dcookie,
    __NR_nfsservctl,
#if defined(__x86_64__)
    __NR_iopl,
    __NR_ioperm,
    __NR_modify_ldt,
    __NR_uselib,
    __NR_ustat,
    __NR_sysfs,
    __NR__sysctl,
    __NR_create_module,
    __NR_get_kernel_syms,
    __NR_query_module,
#endif
};

// What programs try and do without: ENOSYS is what an older kernel says. clone3() passes its flags in memory, where a
// filter can't see them.
constexpr std::array kAbsent = {
    static_cast<uint32_t>(__NR_clone3),         static_cast<uint32_t>(__NR_io_uring_setup),
    static_cast<uint32_t>(__NR_io_uring_enter), static_cast<uint32_t>(__NR_io_uring_register),
    static_cast<uint32_t>(__NR_open_tree),      static_cast<uint32_t>(__NR_move_mount),
    static_cast<uint32_t>(__NR_fsopen),         static_cast<uint32_t>(__NR_fsconfig),
    static_cast<uint32_t>(__NR_fsmount),        static_cast<uint32_t>(__NR_fspick),
    static_cast<uint32_t>(__NR_mount_setattr),  static_cast<uint32_t>(__NR_quotactl_fd),
    static_cast<uint32_t>(__NR_memfd_secret),
};

constexpr uint32_t kAllow = SECCOMP_RET_ALLOW;
constexpr uint32_t kEperm = SECCOMP_RET_ERRNO | EPERM;
constexpr uint32_t kEnosys = SECCOMP_RET_ERRNO | ENOSYS;

constexpr uint32_t kNumberAt = offsetof(seccomp_data, nr);
constexpr uint32_t kArchitectureAt = offsetof(seccomp_data, arch);
/// The low half of an argument, little-endian: all that a call with an int there looks at.
constexpr uint32_t ArgumentAt(size_t index) {
  return static_cast<uint32_t>(offsetof(seccomp_data, args) + index * sizeof(uint64_t));
}

class Assembler {
 public:
  void Load(uint32_t offset) { Add(BPF_LD | BPF_W | BPF_ABS, offset); }
  void And(uint32_t mask) { Add(BPF_ALU | BPF_AND | BPF_K, mask); }
  void Return(uint32_t verdict) { Add(BPF_RET | BPF_K, verdict); }
  /// Skips the next `count` instructions where what was loaded is `value`.
  void SkipIfEqual(uint32_t value, uint8_t count) { Add(BPF_JMP | BPF_JEQ | BPF_K, value, count, 0); }
  void SkipUnlessEqual(uint32_t value, uint8_t count) { Add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count); }
  void SkipIfLess(uint32_t value, uint8_t count) { Add(BPF_JMP | BPF_JGE | BPF_K, value, 0, count); }
  void SkipUnlessAnyBit(uint32_t mask, uint8_t count) { Add(BPF_JMP | BPF_JSET | BPF_K, mask, 0, count); }
  void ReturnIfEqual(uint32_t value, uint32_t verdict) {
    SkipUnlessEqual(value, 1);
    Return(verdict);
  }

  std::vector<sock_filter> Release() { return std::move(program_); }

 private:
  void Add(int code, uint32_t value, uint8_t if_true = 0, uint8_t if_false = 0) {
    program_.push_back({static_cast<uint16_t>(code), if_true, if_false, value});
  }
  std::vector<sock_filter> program_;
};

void CheckArchitecture(Assembler& assembler) {
  assembler.Load(kArchitectureAt);
  assembler.SkipIfEqual(kArchitecture, 1);
  assembler.Return(SECCOMP_RET_KILL_PROCESS);
  assembler.Load(kNumberAt);
#if defined(__x86_64__)
  assembler.SkipUnlessAnyBit(kX32Bit, 1);
  assembler.Return(SECCOMP_RET_KILL_PROCESS);
#endif
}

// socket(): TCP and UDP over both versions of IP, and NETLINK_ROUTE, which tells a program its own addresses.
void CheckSocket(Assembler& assembler) {
  assembler.SkipUnlessEqual(__NR_socket, 23);
  assembler.Load(ArgumentAt(0));
  assembler.SkipUnlessEqual(AF_NETLINK, 4);
  assembler.Load(ArgumentAt(2));
  assembler.SkipUnlessEqual(NETLINK_ROUTE, 1);
  assembler.Return(kAllow);
  assembler.Return(kEperm);
  assembler.SkipIfEqual(AF_INET, 2);
  assembler.SkipIfEqual(AF_INET6, 1);
  assembler.Return(kEperm);
  assembler.Load(ArgumentAt(1));
  assembler.And(kSocketTypeMask);
  assembler.SkipUnlessEqual(SOCK_STREAM, 4);
  assembler.Load(ArgumentAt(2));
  assembler.SkipIfEqual(0, 8);
  assembler.SkipIfEqual(IPPROTO_TCP, 7);
  assembler.Return(kEperm);
  assembler.SkipUnlessEqual(SOCK_DGRAM, 4);
  assembler.Load(ArgumentAt(2));
  assembler.SkipIfEqual(0, 3);
  assembler.SkipIfEqual(IPPROTO_UDP, 2);
  assembler.Return(kEperm);
  assembler.Return(kEperm);
  assembler.Return(kAllow);
}

// socketpair(): pairs that stay pairs. One of datagrams can be connected to any other socket afterwards.
void CheckSocketPair(Assembler& assembler) {
  assembler.SkipUnlessEqual(__NR_socketpair, 9);
  assembler.Load(ArgumentAt(0));
  assembler.SkipIfEqual(AF_UNIX, 1);
  assembler.Return(kEperm);
  assembler.Load(ArgumentAt(1));
  assembler.And(kSocketTypeMask);
  assembler.SkipIfEqual(SOCK_STREAM, 2);
  assembler.SkipIfEqual(SOCK_SEQPACKET, 1);
  assembler.Return(kEperm);
  assembler.Return(kAllow);
}

void CheckNamespaces(Assembler& assembler) {
  assembler.SkipUnlessEqual(__NR_clone, 4);
  assembler.Load(ArgumentAt(0));
  assembler.SkipUnlessAnyBit(kNamespaceFlags, 1);
  assembler.Return(kEperm);
  assembler.Return(kAllow);
  assembler.SkipUnlessEqual(__NR_unshare, 4);
  assembler.Load(ArgumentAt(0));
  assembler.SkipUnlessAnyBit(kNamespaceFlags | kNewTime, 1);
  assembler.Return(kEperm);
  assembler.Return(kAllow);
}

void CheckTerminal(Assembler& assembler) {
  assembler.SkipUnlessEqual(__NR_ioctl, 6);
  assembler.Load(ArgumentAt(1));
  assembler.ReturnIfEqual(kTerminalInput, kEperm);
  assembler.ReturnIfEqual(kConsoleControl, kEperm);
  assembler.Return(kAllow);
}

}  // namespace

std::vector<sock_filter> SeccompProgram() {
  Assembler assembler;
  CheckArchitecture(assembler);
  CheckSocket(assembler);
  CheckSocketPair(assembler);
  CheckNamespaces(assembler);
  CheckTerminal(assembler);
  for (const auto number : kForbidden) assembler.ReturnIfEqual(static_cast<uint32_t>(number), kEperm);
  for (const uint32_t number : kAbsent) assembler.ReturnIfEqual(number, kEnosys);
  assembler.SkipIfLess(kNewestCall + 1, 1);
  assembler.Return(kEnosys);
  assembler.Return(kAllow);
  return assembler.Release();
}

}  // namespace hallmark::sandbox
