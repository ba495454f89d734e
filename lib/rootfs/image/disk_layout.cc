// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/disk_layout.h"

#include "lib/base/checked.h"
#include "lib/base/progress.h"
#include "lib/verity/verity.h"

namespace hallmark {
namespace {

constexpr uint64_t kAlignment = uint64_t{1} << 20;
constexpr uint64_t kMinRoot = 8 * kAlignment;
constexpr uint64_t kBlockSize = 4096;

uint64_t HashTreeSize(uint64_t root_size) { return RoundUp(VerityTreeSize(root_size / kBlockSize), kAlignment); }

}  // namespace

Result<DiskLayout> PlanDiskLayout(uint64_t disk_size, bool verity) {
  if (disk_size % kAlignment != 0) {
    return UsageError("an image of " + std::to_string(disk_size) + " bytes: not a multiple of 1 MiB");
  }
  // The last 1 MiB holds the backup GPT.
  const uint64_t minimum = kRootStart + kMinRoot + (verity ? HashTreeSize(kMinRoot) : 0) + kAlignment;
  if (disk_size < minimum) {
    return UsageError("an image of " + FormatBytes(disk_size) + ": at least " + FormatBytes(minimum) + " are required");
  }
  const uint64_t space = disk_size - kAlignment - kRootStart;
  DiskLayout layout{.disk_size = disk_size, .esp = {kEspStart, kEspSize}, .root = {kRootStart, space}};
  if (!verity) return layout;
  // The hash tree takes a little less than 1/127 of what it covers, so this starts below the answer and takes a few
  // steps up.
  uint64_t root = space / 128 * 126 / kAlignment * kAlignment;
  while (root + kAlignment + HashTreeSize(root + kAlignment) <= space) root += kAlignment;
  layout.root.size = root;
  layout.verity = {kRootStart + root, HashTreeSize(root)};
  return layout;
}

}  // namespace hallmark
