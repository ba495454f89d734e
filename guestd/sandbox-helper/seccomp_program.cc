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

#include "guestd/sandbox-helper/bpf_assembler.h"

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

// The newest call that was considered: cachestat (Linux 6.5). Since 5.x, both architectures give new calls the same
// numbers.
constexpr uint32_t kNewestCall = 451;

constexpr uint32_t kNamespaceFlags =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;
constexpr uint32_t kNewTime = 0x80;           // CLONE_NEWTIME; in clone(), these bits are a signal's number
constexpr uint32_t kSocketTypeMask = 0xf;     // SOCK_TYPE_MASK of the kernel's linux/net.h
constexpr uint32_t kTerminalInput = 0x5412;   // TIOCSTI, asm-generic/ioctls.h
constexpr uint32_t kConsoleControl = 0x541c;  // TIOCLINUX, asm-generic/ioctls.h

// Calls that fail with EPERM, whatever their arguments.
constexpr std::array kForbidden = {
    // Access to memory and descriptors of other processes.
    __NR_ptrace,
    __NR_process_vm_readv,
    __NR_process_vm_writev,
    __NR_kcmp,
    __NR_pidfd_getfd,
    __NR_process_madvise,
    // Mounts, and access to files without a path.
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
    // Kernel code that interprets data from programs.
    __NR_bpf,
    __NR_perf_event_open,
    __NR_userfaultfd,
    __NR_keyctl,
    __NR_add_key,
    __NR_request_key,
    // Settings of the machine.
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

// Calls that programs try first and can do without: ENOSYS is what an older kernel returns. clone3() passes its flags
// in memory, where a filter can't read them.
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
/// The offset of the low half of an argument (little-endian): a call that takes an int looks only at this half.
constexpr uint32_t ArgumentAt(size_t index) {
  return static_cast<uint32_t>(offsetof(seccomp_data, args) + index * sizeof(uint64_t));
}

using Label = BpfAssembler::Label;

/// The program under construction, and its ways to end.
struct Filter {
  BpfAssembler assembler;
  Label allow = assembler.NewLabel();
  Label refuse = assembler.NewLabel();  ///< EPERM
  Label absent = assembler.NewLabel();  ///< ENOSYS
  Label kill = assembler.NewLabel();
};

/// Afterwards the call's number is loaded.
void CheckArchitecture(Filter& filter) {
  filter.assembler.Load(kArchitectureAt);
  filter.assembler.JumpUnlessEqual(kArchitecture, filter.kill);
  filter.assembler.Load(kNumberAt);
#if defined(__x86_64__)
  filter.assembler.JumpIfAnyBit(kX32Bit, filter.kill);
#endif
}

// Each of these functions begins with the call's number loaded, and leaves it loaded for any other call.

// socket(): allows TCP and UDP over IPv4 and IPv6, and NETLINK_ROUTE, by which a program learns its own addresses.
void CheckSocket(Filter& filter) {
  BpfAssembler& assembler = filter.assembler;
  const Label other_call = assembler.NewLabel();
  const Label netlink = assembler.NewLabel();
  const Label internet = assembler.NewLabel();
  const Label stream = assembler.NewLabel();
  const Label datagram = assembler.NewLabel();
  assembler.JumpUnlessEqual(__NR_socket, other_call);
  assembler.Load(ArgumentAt(0));
  assembler.JumpIfEqual(AF_NETLINK, netlink);
  assembler.JumpIfEqual(AF_INET, internet);
  assembler.JumpIfEqual(AF_INET6, internet);
  assembler.Return(kEperm);
  assembler.Place(netlink);
  assembler.Load(ArgumentAt(2));
  assembler.JumpIfEqual(NETLINK_ROUTE, filter.allow);
  assembler.Return(kEperm);
  assembler.Place(internet);
  assembler.Load(ArgumentAt(1));
  assembler.And(kSocketTypeMask);
  assembler.JumpIfEqual(SOCK_STREAM, stream);
  assembler.JumpIfEqual(SOCK_DGRAM, datagram);
  assembler.Return(kEperm);
  assembler.Place(stream);
  assembler.Load(ArgumentAt(2));
  assembler.JumpIfEqual(0, filter.allow);
  assembler.JumpIfEqual(IPPROTO_TCP, filter.allow);
  assembler.Return(kEperm);
  assembler.Place(datagram);
  assembler.Load(ArgumentAt(2));
  assembler.JumpIfEqual(0, filter.allow);
  assembler.JumpIfEqual(IPPROTO_UDP, filter.allow);
  assembler.Return(kEperm);
  assembler.Place(other_call);
}

// socketpair(): allows only pairs that stay pairs. A datagram socket of a pair can later be connected to any other
// socket.
void CheckSocketPair(Filter& filter) {
  BpfAssembler& assembler = filter.assembler;
  const Label other_call = assembler.NewLabel();
  assembler.JumpUnlessEqual(__NR_socketpair, other_call);
  assembler.Load(ArgumentAt(0));
  assembler.JumpUnlessEqual(AF_UNIX, filter.refuse);
  assembler.Load(ArgumentAt(1));
  assembler.And(kSocketTypeMask);
  assembler.JumpIfEqual(SOCK_STREAM, filter.allow);
  assembler.JumpIfEqual(SOCK_SEQPACKET, filter.allow);
  assembler.Return(kEperm);
  assembler.Place(other_call);
}

void CheckNamespaces(Filter& filter) {
  BpfAssembler& assembler = filter.assembler;
  for (const auto& [number, flags] : {std::pair<uint32_t, uint32_t>{__NR_clone, kNamespaceFlags},
                                      std::pair<uint32_t, uint32_t>{__NR_unshare, kNamespaceFlags | kNewTime}}) {
    const Label other_call = assembler.NewLabel();
    assembler.JumpUnlessEqual(number, other_call);
    assembler.Load(ArgumentAt(0));
    assembler.JumpIfAnyBit(flags, filter.refuse);
    assembler.Return(kAllow);
    assembler.Place(other_call);
  }
}

void CheckTerminal(Filter& filter) {
  BpfAssembler& assembler = filter.assembler;
  const Label other_call = assembler.NewLabel();
  assembler.JumpUnlessEqual(__NR_ioctl, other_call);
  assembler.Load(ArgumentAt(1));
  assembler.JumpIfEqual(kTerminalInput, filter.refuse);
  assembler.JumpIfEqual(kConsoleControl, filter.refuse);
  assembler.Return(kAllow);
  assembler.Place(other_call);
}

}  // namespace

std::vector<sock_filter> SeccompProgram() {
  Filter filter;
  BpfAssembler& assembler = filter.assembler;
  CheckArchitecture(filter);
  CheckSocket(filter);
  CheckSocketPair(filter);
  CheckNamespaces(filter);
  CheckTerminal(filter);
  for (const auto number : kForbidden) assembler.JumpIfEqual(static_cast<uint32_t>(number), filter.refuse);
  for (const uint32_t number : kAbsent) assembler.JumpIfEqual(number, filter.absent);
  assembler.JumpIfAtLeast(kNewestCall + 1, filter.absent);
  assembler.Place(filter.allow);
  assembler.Return(kAllow);
  assembler.Place(filter.refuse);
  assembler.Return(kEperm);
  assembler.Place(filter.absent);
  assembler.Return(kEnosys);
  assembler.Place(filter.kill);
  assembler.Return(SECCOMP_RET_KILL_PROCESS);
  return assembler.Finish();
}

}  // namespace hallmark::sandbox
