// SPDX-License-Identifier: Apache-2.0
// make_initramfs ROOT INIT OUTPUT: the initramfs for the one kernel, of arm64, of the directory ROOT.
#include <cstdio>

#include "lib/base/file.h"
#include "lib/rootfs/image/initramfs.h"
#include "lib/rootfs/image/kernel_modules.h"

namespace hallmark {
namespace {

Result<void> Run(char** arguments) {
  ThreadPool pool;
  ASSIGN_OR_RETURN(const FileTree tree, FileTree::Scan(arguments[1], pool));
  ASSIGN_OR_RETURN(const std::string version, KernelVersion(tree));
  ASSIGN_OR_RETURN(const ByteVector bytes, MakeInitramfs(tree, {arguments[2], "arm64", version, {}}));
  return WriteFileAtomically(arguments[3], bytes);
}

}  // namespace
}  // namespace hallmark

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto result = hallmark::Run(argv);
  if (!result.ok()) std::fprintf(stderr, "make_initramfs: %s\n", result.error().message.c_str());
  return result.ok() ? 0 : 1;
}
