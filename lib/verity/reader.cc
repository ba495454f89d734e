// SPDX-License-Identifier: Apache-2.0
#include "lib/verity/reader.h"

#include "lib/verity/superblock.h"
#include "lib/verity/verity.h"

namespace hallmark {

Result<VerityFacts> ReadVerity(const File& file, uint64_t offset, uint64_t size) {
  const std::string what = file.path() + ": dm-verity";
  if (size < 2 * kVerityBlockSize) return CorruptError(what + ": no room for a hash tree");
  ByteVector bytes(2 * kVerityBlockSize);  // the superblock's, and the top of the tree
  RETURN_IF_ERROR(file.ReadAt(offset, bytes));
  ASSIGN_OR_RETURN(VeritySuperblock superblock, DecodeVeritySuperblock(bytes).WithContext(file.path()));
  if (superblock.data_block_size != kVerityBlockSize || superblock.hash_block_size != kVerityBlockSize) {
    return UnsupportedError(what + ": not of blocks of 4096 bytes");
  }
  VerityFacts facts{.uuid = superblock.uuid, .data_blocks = superblock.data_blocks};
  if (facts.data_blocks < 2) return UnsupportedError(what + ": over fewer than two blocks");
  if (facts.data_blocks > size) return CorruptError(what + ": over more blocks than its tree can hold");
  facts.size = VerityTreeSize(facts.data_blocks);
  if (facts.size > size) return CorruptError(what + ": the hash tree does not fit into its partition");
  facts.salt = std::move(superblock.salt);
  Sha256Hasher hasher;
  hasher.Update(facts.salt);
  hasher.Update(ByteSpan(bytes).subspan(kVerityBlockSize));
  facts.root_hash = hasher.Finish();
  return facts;
}

}  // namespace hallmark
