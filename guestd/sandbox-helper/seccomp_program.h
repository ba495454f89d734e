// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>

#include <vector>

namespace hallmark::sandbox {

/// The classic BPF program that checks every system call of the sandboxed command (seccomp(2)), for the architecture
/// that this was compiled for. Calls of another architecture, and of x32, kill the process. The program refuses:
///
/// - sockets other than TCP, UDP and route netlink: from any network namespace, an AF_UNIX socket reaches daemons and
///   an AF_VSOCK socket the host. A socketpair() of streams is allowed: nothing can be reached by it;
/// - new namespaces, mounts, and other calls into kernel code that ordinary programs don't use: ptrace, io_uring, bpf,
///   perf, keyrings, userfaultfd and the like;
/// - input to the terminal that the command runs on (TIOCSTI, TIOCLINUX).
///
/// Refused calls fail with EPERM, or with ENOSYS where that makes programs fall back to something that is allowed.
/// Calls newer than those known when this was written fail with ENOSYS.
std::vector<sock_filter> SeccompProgram();

}  // namespace hallmark::sandbox
