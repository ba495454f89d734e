// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/block_owners.h"

#include "lib/ext4/reader_state.h"

namespace hallmark {

Ext4BlockOwners::Ext4BlockOwners(const Ext4Reader& reader, const Ext4Tree& tree)
    : block_size_(reader.superblock().block_size) {
  AddGroups(reader);
  tree.tree.Walk([&](const std::string& path, FileTree::Index index) {
    const Ext4Inode& inode = tree.inode(index);
    if (!inode_paths_.emplace(inode.number, path).second) return;  // another name of the same file
    const bool directory = S_ISDIR(tree.tree.inode(index).mode);
    for (const Ext4Extent& extent : inode.extents) {
      Add(extent.physical, extent.blocks, (directory ? "the entries of " : "the content of ") + path);
    }
    for (const uint64_t block : inode.index_blocks) Add(block, 1, "the extent tree of " + path);
    if (inode.xattr_block != 0) Add(inode.xattr_block, 1, "the extended attributes of " + path);
  });
}

void Ext4BlockOwners::AddGroups(const Ext4Reader& reader) {
  const ext2_filsys fs = reader.state_->fs.get();
  inode_size_ = EXT2_INODE_SIZE(fs->super);
  for (uint32_t group = 0; group < reader.superblock().groups; ++group) {
    const std::string of_group = " of group " + std::to_string(group);
    blk64_t copy = 0;
    blk64_t descriptors = 0;
    (void)ext2fs_super_and_bgd_loc2(fs, group, &copy, &descriptors, nullptr, nullptr);
    if (copy != 0 || group == 0) Add(copy, 1, group == 0 ? "the superblock" : "the superblock's copy" + of_group);
    if (descriptors != 0) {
      Add(descriptors, fs->desc_blocks, "the group descriptors" + (group == 0 ? "" : " (copy" + of_group + ")"));
    }
    Add(ext2fs_block_bitmap_loc(fs, group), 1, "the block bitmap" + of_group);
    Add(ext2fs_inode_bitmap_loc(fs, group), 1, "the inode bitmap" + of_group);
    Add(ext2fs_inode_table_loc(fs, group), fs->inode_blocks_per_group, "the inode table" + of_group,
        group * reader.superblock().inodes_per_group + 1);
  }
}

void Ext4BlockOwners::Add(uint64_t first, uint64_t blocks, std::string name, uint32_t first_inode) {
  owners_.emplace(first, Owner{blocks, std::move(name), first_inode});
}

std::string Ext4BlockOwners::Name(uint64_t offset) const {
  constexpr uint64_t kSuperblock = 1024;
  if (offset < kSuperblock) return "the boot block";
  const uint64_t block = offset / block_size_;
  const auto after = owners_.upper_bound(block);
  if (after == owners_.begin()) return "no file: free space";
  const auto& [first, owner] = *std::prev(after);
  if (block - first >= owner.blocks) return "no file: free space";
  if (owner.first_inode == 0) return owner.name;
  const auto number = owner.first_inode + static_cast<uint32_t>((offset - first * block_size_) / inode_size_);
  const auto path = inode_paths_.find(number);
  if (path != inode_paths_.end()) return "the inode of " + path->second;
  return "inode " + std::to_string(number) + ", which has no name";
}

}  // namespace hallmark
