// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>

#include <vector>

namespace hallmark::sandbox {

/// The classic BPF program that every system call of the sandboxed command goes through (seccomp(2)), for the
/// architecture that this was compiled for. Calls of another architecture, and of x32, kill the process. Refused are:
///
/// - sockets other than TCP, UDP and route netlink: an AF_UNIX socket reaches daemons, and an AF_VSOCK one the host,
///   from any network namespace. A socketpair() of streams stays, which nothing can be reached by;
/// - new namespaces, mounts and other ways to kernel code that an ordinary program has no use for: ptrace, io_uring,
///   bpf, perf, keyrings, userfaultfd, and the like;
/// - typing into the terminal that the command runs on (TIOCSTI, TIOCLINUX).
///
/// They fail with EPERM, or with ENOSYS where that makes programs fall back to something that is allowed; so do calls
/// newer than those that were looked at when this was written.
std::vector<sock_filter> SeccompProgram();

}  // namespace hallmark::sandbox
