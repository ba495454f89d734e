// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "lib/ext4/block_owners.h"
#include "lib/ext4/reader.h"

namespace {

/// Takes at most 1 MiB of a file, and no work for holes.
class ShortSink : public hallmark::Sink {
 public:
  hallmark::Result<void> Write(hallmark::ByteSpan bytes) override {
    taken_ += bytes.size();
    return taken_ > kMax ? hallmark::Result<void>(hallmark::IoError("enough")) : hallmark::Result<void>();
  }
  hallmark::Result<void> WriteHole(uint64_t) override { return {}; }

 private:
  static constexpr uint64_t kMax = 1 << 20;
  uint64_t taken_ = 0;
};

}  // namespace

// A filesystem in a file in memory: what can be listed can be read and named too. Corpus: mke2fs and debugfs, most
// without metadata checksums, which would end every mutation at once.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const hallmark::File file(hallmark::UniqueFd(memfd_create("ext4", MFD_CLOEXEC)), "ext4");
  if (!file.WriteAt(0, {data, size}).ok()) std::abort();
  const hallmark::Result<hallmark::Ext4Reader> reader = hallmark::Ext4Reader::Open(file, 0, size);
  if (!reader.ok()) return 0;
  const hallmark::Result<hallmark::Ext4Tree> tree = reader->ReadTree();
  if (!tree.ok()) return 0;
  if (tree->inodes.size() != tree->tree.inodes().size()) std::abort();
  for (hallmark::FileTree::Index index = 0; index < tree->inodes.size(); ++index) {
    if (!S_ISREG(tree->tree.inode(index).mode)) continue;
    ShortSink sink;
    (void)reader->Read(*tree, index, sink).ok();
  }
  const hallmark::Ext4BlockOwners owners(*reader, *tree);
  for (uint64_t offset = 0; offset < size; offset += 512) {
    if (owners.Name(offset).empty()) std::abort();
  }
  return 0;
}
