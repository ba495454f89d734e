// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "lib/base/bytes.h"
#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/ext4/ext4_format.h"
#include "lib/ext4/plan_state.h"

namespace hallmark::ext4 {

/// The number of blocks of an extent tree with so many extents, without the root in the inode.
uint32_t ExtentTreeBlocks(uint64_t extents);

/// Block `which` of an inode's extent tree, leaves first.
ByteVector MakeExtentTreeBlock(const Ext4Plan::State& state, const InodePlan& plan, uint32_t which);

/// The 256 bytes of an inode of the tree. kUnsupported if its extended attributes can't be encoded.
Result<Inode> MakeInode(const Ext4Plan::State& state, FileTree::Index index);

/// The inode of lost+found.
Inode MakeLostFoundInode(const Ext4Plan::State& state);

}  // namespace hallmark::ext4
