// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lib/ext4/reader.h"

namespace hallmark {

/// Names the owner of a place in an ext4 filesystem: "the block bitmap of group 3", "the extent tree of /usr/bin/git".
class Ext4BlockOwners {
 public:
  /// `reader` has read `tree`.
  Ext4BlockOwners(const Ext4Reader& reader, const Ext4Tree& tree);

  /// The owner of the byte at `offset` from the start of the filesystem. Paths are as in the tree, not Printable().
  [[nodiscard]] std::string Name(uint64_t offset) const;

 private:
  struct Owner {
    uint64_t blocks = 0;
    std::string name;
    uint32_t first_inode = 0;  ///< of an inode table; 0 for other owners
  };
  void AddGroups(const Ext4Reader& reader);
  void Add(uint64_t first, uint64_t blocks, std::string name, uint32_t first_inode = 0);

  uint64_t block_size_;
  uint64_t inode_size_ = 0;
  std::map<uint64_t, Owner> owners_;             // by first block
  std::map<uint32_t, std::string> inode_paths_;  // by inode number
};

}  // namespace hallmark
