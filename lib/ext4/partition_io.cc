// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/partition_io.h"

#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <new>

#include "lib/base/checked.h"

namespace hallmark::ext4 {
namespace {

// libext2fs calls these functions from C: no exception may leave them.

struct Partition {
  int fd = -1;
  uint64_t offset = 0;
  uint64_t size = 0;
};

constexpr const char* kNameFormat = "%d:%" PRIu64 ":%" PRIu64;
constexpr const char* kScanFormat = "%d:%" SCNu64 ":%" SCNu64;

errcode_t Open(const char* name, int flags, io_channel* channel) {
  if ((flags & IO_FLAG_RW) != 0) return EXT2_ET_RO_FILSYS;
  Partition partition;
  // NOLINTNEXTLINE(cert-err34-c): PartitionIoName wrote it
  if (std::sscanf(name, kScanFormat, &partition.fd, &partition.offset, &partition.size) != 3)
    return EXT2_ET_BAD_DEVICE_NAME;
  auto* made = new (std::nothrow) struct_io_channel{};
  auto* data = new (std::nothrow) Partition(partition);
  if (made == nullptr || data == nullptr) {
    delete made;
    delete data;
    return EXT2_ET_NO_MEMORY;
  }
  made->magic = EXT2_ET_MAGIC_IO_CHANNEL;
  made->manager = PartitionIoManager();
  made->block_size = 1024;
  made->refcount = 1;
  made->private_data = data;
  *channel = made;
  return 0;
}

errcode_t Close(io_channel channel) {
  if (--channel->refcount > 0) return 0;
  delete static_cast<Partition*>(channel->private_data);
  delete channel;
  return 0;
}

errcode_t SetBlockSize(io_channel channel, int block_size) {
  channel->block_size = block_size;
  return 0;
}

/// Reads `count` blocks, or -`count` bytes if it is negative.
errcode_t Read(io_channel channel, unsigned long long block, int count, void* data) {
  const Partition& partition = *static_cast<const Partition*>(channel->private_data);
  const auto block_size = static_cast<uint64_t>(channel->block_size);
  const uint64_t length = count < 0 ? static_cast<uint64_t>(-static_cast<int64_t>(count)) : count * block_size;
  uint64_t start = 0;
  if (__builtin_mul_overflow(uint64_t{block}, block_size, &start) || !InBounds(start, length, partition.size)) {
    std::memset(data, 0, length);
    return EXT2_ET_SHORT_READ;
  }
  for (uint64_t done = 0; done < length;) {
    const ssize_t n = pread(partition.fd, static_cast<uint8_t*>(data) + done, length - done,
                            static_cast<off_t>(partition.offset + start + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) {
      std::memset(static_cast<uint8_t*>(data) + done, 0, length - done);
      return EXT2_ET_SHORT_READ;
    }
    done += static_cast<uint64_t>(n);
  }
  return 0;
}

errcode_t ReadShort(io_channel channel, unsigned long block, int count, void* data) {
  return Read(channel, block, count, data);
}

errcode_t Write(io_channel, unsigned long long, int, const void*) { return EXT2_ET_RO_FILSYS; }
errcode_t WriteShort(io_channel, unsigned long, int, const void*) { return EXT2_ET_RO_FILSYS; }
errcode_t Flush(io_channel) { return 0; }

struct_io_manager MakeManager() {
  struct_io_manager manager{};
  manager.magic = EXT2_ET_MAGIC_IO_MANAGER;
  manager.name = "a part of a file";
  manager.open = Open;
  manager.close = Close;
  manager.set_blksize = SetBlockSize;
  manager.read_blk = ReadShort;
  manager.read_blk64 = Read;
  manager.write_blk = WriteShort;
  manager.write_blk64 = Write;
  manager.flush = Flush;
  return manager;
}

}  // namespace

io_manager PartitionIoManager() {
  static struct_io_manager manager = MakeManager();
  return &manager;
}

std::string PartitionIoName(const File& file, uint64_t offset, uint64_t size) {
  char name[64];
  (void)std::snprintf(name, sizeof name, kNameFormat, file.fd(), offset, size);
  return name;
}

}  // namespace hallmark::ext4
