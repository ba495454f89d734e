// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include "lib/base/sink.h"
#include "lib/ext4/writer.h"
#include "tests/support/matchers.h"

namespace hallmark::testing {

/// Writes `tree` as an ext4 filesystem into a file in memory, called "image".
inline File SampleImage(const FileTree& tree, const Ext4Options& options) {
  File file(UniqueFd(memfd_create("image", MFD_CLOEXEC)), "image");
  EXPECT_OK(file.Truncate(options.size));
  const Result<Ext4Plan> plan = PlanExt4(tree, options);
  EXPECT_OK(plan);
  FilePart part(file);
  ThreadPool pool(1);
  if (plan.ok()) {
    EXPECT_OK(WriteExt4(*plan, part, pool));
  }
  return file;
}

}  // namespace hallmark::testing
