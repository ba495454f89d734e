// SPDX-License-Identifier: Apache-2.0
#include "lib/archive/cpio.h"

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <cstdio>
#include <limits>
#include <map>

#include "lib/archive/file_reader.h"
#include "lib/base/checked.h"

namespace hallmark {
namespace {

constexpr size_t kAlignment = 4;
constexpr size_t kCopySize = 1 << 20;
constexpr std::string_view kTrailer = "TRAILER!!!";

/// The 13 fields after the magic, each written as eight hexadecimal digits.
struct NewcHeader {
  uint32_t inode = 0;
  uint32_t mode = 0;
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint32_t link_count = 1;
  uint32_t mtime = 0;
  uint32_t size = 0;
  uint32_t device_major = 0;
  uint32_t device_minor = 0;
  uint32_t special_major = 0;
  uint32_t special_minor = 0;
};

Result<void> Pad(Sink& sink, uint64_t size) { return sink.WriteHole(RoundUp(size, kAlignment) - size); }

Result<void> WriteHeader(Sink& sink, const NewcHeader& h, std::string_view name) {
  std::array<char, 111> text;  // 110 and snprintf's NUL
  std::snprintf(text.data(), text.size(), "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", h.inode, h.mode,
                h.uid, h.gid, h.link_count, h.mtime, h.size, h.device_major, h.device_minor, h.special_major,
                h.special_minor, static_cast<uint32_t>(name.size() + 1), 0U);
  RETURN_IF_ERROR(sink.Write(AsBytes({text.data(), 110})));
  RETURN_IF_ERROR(sink.Write(AsBytes(name)));
  RETURN_IF_ERROR(sink.WriteHole(1));
  return Pad(sink, 110 + name.size() + 1);
}

Result<void> WriteContent(Sink& sink, const FileTree::Inode& inode) {
  if (inode.source.empty()) {
    RETURN_IF_ERROR(sink.Write(AsBytes(inode.data)));
  } else {
    ASSIGN_OR_RETURN(const File file, inode.OpenSource());
    ByteVector buffer(std::min<uint64_t>(inode.size, kCopySize));
    for (uint64_t offset = 0; offset < inode.size; offset += buffer.size()) {
      buffer.resize(std::min<uint64_t>(inode.size - offset, buffer.size()));
      RETURN_IF_ERROR(file.ReadAt(offset, buffer));
      RETURN_IF_ERROR(sink.Write(buffer));
    }
  }
  return Pad(sink, inode.size);
}

/// Numbers the inodes as they come, and knows when the last name of one has come.
class Writer {
 public:
  Writer(const FileTree& tree, Sink& sink) : tree_(tree), sink_(sink) {}

  Result<void> WriteEntry(const std::string& path, FileTree::Index index) {
    const FileTree::Inode& inode = tree_.inode(index);
    constexpr uint64_t kMax = std::numeric_limits<uint32_t>::max();
    if (inode.size > kMax) return UnsupportedError(path + ": too large for a cpio archive");
    if (inode.mtime.seconds < 0 || static_cast<uint64_t>(inode.mtime.seconds) > kMax) {
      return UnsupportedError(path + ": its time does not fit a cpio archive");
    }
    auto& [number, names] = written_.try_emplace(index, written_.size() + 1, 0).first->second;
    ++names;
    // As in every newc archive, the content of a hard-linked file follows its last name.
    const bool directory = S_ISDIR(inode.mode);
    const bool has_content = (S_ISREG(inode.mode) || S_ISLNK(inode.mode)) && names >= inode.link_count;
    NewcHeader header;
    header.inode = static_cast<uint32_t>(number);
    header.mode = inode.mode;
    header.uid = inode.uid;
    header.gid = inode.gid;
    header.link_count = directory ? 2 : std::max<uint32_t>(inode.link_count, 1);
    header.mtime = static_cast<uint32_t>(inode.mtime.seconds);
    header.size = has_content ? static_cast<uint32_t>(inode.size) : 0;
    header.special_major = inode.device_major;
    header.special_minor = inode.device_minor;
    RETURN_IF_ERROR(WriteHeader(sink_, header, path == "/" ? "." : std::string_view(path).substr(1)));
    return has_content ? WriteContent(sink_, inode) : Result<void>();
  }

 private:
  const FileTree& tree_;
  Sink& sink_;
  std::map<FileTree::Index, std::pair<size_t, uint32_t>> written_;  // number, names so far
};

Error ArchiveError(archive* handle) { return CorruptError("cpio: " + ArchiveErrorText(handle)); }

Result<FileTree::Inode> ReadInode(archive* handle, archive_entry* entry, uint64_t& limit) {
  FileTree::Inode inode;
  inode.mode = archive_entry_mode(entry);
  inode.uid = static_cast<uint32_t>(archive_entry_uid(entry));
  inode.gid = static_cast<uint32_t>(archive_entry_gid(entry));
  inode.mtime.seconds = archive_entry_mtime(entry);
  if (S_ISCHR(inode.mode) || S_ISBLK(inode.mode)) {
    inode.device_major = static_cast<uint32_t>(archive_entry_rdevmajor(entry));
    inode.device_minor = static_cast<uint32_t>(archive_entry_rdevminor(entry));
  }
  if (const char* target = archive_entry_symlink(entry); S_ISLNK(inode.mode) && target != nullptr) inode.data = target;
  if (S_ISREG(inode.mode)) {
    const auto size = static_cast<uint64_t>(archive_entry_size(entry));
    if (size > limit) return CorruptError("cpio: more content than expected");
    limit -= size;
    inode.data.resize(size);
    const la_ssize_t length = archive_read_data(handle, inode.data.data(), size);
    if (length < 0) return ArchiveError(handle);
    if (static_cast<uint64_t>(length) != size) return CorruptError("cpio: truncated");
  }
  inode.size = inode.data.size();
  return inode;
}

}  // namespace

Result<void> WriteCpio(const FileTree& tree, Sink& sink) {
  Writer writer(tree, sink);
  Result<void> result;
  tree.Walk([&](const std::string& path, FileTree::Index index) {
    if (result.ok()) result = writer.WriteEntry(path, index);
  });
  RETURN_IF_ERROR(std::move(result));
  return WriteHeader(sink, {}, kTrailer);
}

Result<FileTree> ReadCpio(ByteSpan bytes, uint64_t limit) {
  const ArchiveReadHandle handle(archive_read_new());
  archive_read_support_filter_all(handle.get());
  archive_read_support_format_cpio(handle.get());
  if (archive_read_open_memory(handle.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) {
    return ArchiveError(handle.get());
  }
  FileTree tree;
  archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  while ((status = archive_read_next_header(handle.get(), &entry)) == ARCHIVE_OK) {
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr) return CorruptError("cpio: an entry without a name");
    const std::string path = "/" + (std::string_view(name) == "." ? std::string() : std::string(name));
    ASSIGN_OR_RETURN(FileTree::Inode inode, ReadInode(handle.get(), entry, limit));
    const char* linked = archive_entry_hardlink(entry);
    if (linked == nullptr) {
      RETURN_IF_ERROR(tree.Put(path, std::move(inode)));
      continue;
    }
    ASSIGN_OR_RETURN(const FileTree::Index target, tree.Find("/" + std::string(linked)));
    // The content comes with the last name.
    if (!inode.data.empty()) {
      tree.inode(target).data = std::move(inode.data);
      tree.inode(target).size = tree.inode(target).data.size();
    }
    RETURN_IF_ERROR(tree.Link(path, target));
  }
  if (status != ARCHIVE_EOF) return ArchiveError(handle.get());
  tree.Compact();
  return tree;
}

}  // namespace hallmark
