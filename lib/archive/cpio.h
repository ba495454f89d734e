// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/bytes.h"
#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/base/sink.h"

namespace hallmark {

/// Writes `tree` as a cpio archive in the "newc" form that the kernel unpacks as an initramfs
/// (Documentation/driver-api/early-userspace/buffer-format.rst). The bytes depend on the tree alone: inode numbers
/// count from 1 in the order of names, devices of the builder do not appear. newc has no place for extended attributes,
/// and its sizes and times (whole seconds) are 32 bits wide: kUnsupported names the file that does not fit.
Result<void> WriteCpio(const FileTree& tree, Sink& sink);

/// Reads a cpio archive in any form that libarchive knows, compressed or not, contents into memory. kCorrupt if it is
/// damaged, or holds more than `limit` bytes of content. Only the first of concatenated archives is read.
Result<FileTree> ReadCpio(ByteSpan bytes, uint64_t limit);

}  // namespace hallmark
