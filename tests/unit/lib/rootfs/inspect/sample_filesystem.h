// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>

#include <filesystem>

#include "lib/base/sink.h"
#include "lib/ext4/writer.h"
#include "tests/support/matchers.h"

namespace hallmark::testing {

/// Writes `tree` as an ext4 filesystem of 16 MiB into a new file: the smallest image that is inspected.
inline void WriteSampleFilesystem(const FileTree& tree, const std::filesystem::path& path,
                                  const std::string& label = "rootfs") {
  const Ext4Options options{.size = 16 << 20, .label = label, .time = 1000000000};
  ASSERT_OK_AND_ASSIGN(const File file, File::Open(path, O_RDWR | O_CREAT | O_EXCL));
  ASSERT_OK(file.Truncate(options.size));
  ASSERT_OK_AND_ASSIGN(const Ext4Plan plan, PlanExt4(tree, options));
  FilePart sink(file);
  ThreadPool pool(1);
  ASSERT_OK(WriteExt4(plan, sink, pool));
}

}  // namespace hallmark::testing
