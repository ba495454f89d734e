// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/bytes.h"
#include "lib/ext4/plan_state.h"

namespace hallmark::ext4 {

/// The block with the superblock of `group`: at byte 1024 of the filesystem's first block, at byte 0 in a copy.
ByteVector MakeSuperblock(const Ext4Plan::State& state, uint32_t group);

/// The group descriptors, as whole blocks.
ByteVector MakeDescriptors(const Ext4Plan::State& state);

/// The inode bitmap of `group`, one block. The bits behind its last inode are set.
ByteVector MakeInodeBitmap(const Ext4Plan::State& state, uint32_t group);

}  // namespace hallmark::ext4
