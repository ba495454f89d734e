// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "lib/verity/reader.h"
#include "lib/verity/superblock.h"
#include "lib/verity/verity.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// A hash device. What the reader takes the superblock's decoder takes too, and both say the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const hallmark::ByteSpan device(data, size);
  const auto superblock = hallmark::DecodeVeritySuperblock(device);
  Require(hallmark::ProbeVerity(device).has_value() == superblock.ok());
  if (superblock.ok()) {
    Require(superblock->data_blocks != 0 && superblock->salt.size() <= 256);
    Require(superblock->data_block_size >= 512 && superblock->data_block_size <= 65536);
  }
  const hallmark::File file(hallmark::UniqueFd(memfd_create("verity", MFD_CLOEXEC)), "verity");
  Require(file.WriteAt(0, device).ok());
  const auto facts = hallmark::ReadVerity(file, 0, size);
  if (!facts.ok()) return 0;
  Require(superblock.ok() && superblock->uuid == facts->uuid && superblock->salt == facts->salt);
  Require(superblock->data_blocks == facts->data_blocks && facts->size <= size);
  Require(facts->size == hallmark::VerityTreeSize(facts->data_blocks));
  return 0;
}
