// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <set>

#include "lib/base/bytes.h"
#include "lib/base/checked.h"
#include "lib/base/time.h"
#include "lib/rootfs/inspect/image_diff.h"
#include "lib/rootfs/inspect/range_diff.h"
#include "lib/rootfs/packages/installed_packages.h"

namespace hallmark {
namespace {

using Area = Difference::Area;

std::string FormatMode(mode_t mode) {
  char text[16];
  (void)std::snprintf(text, sizeof text, "%04o", mode & 07777);
  return text;
}

std::string FormatTime(const Timestamp& time) {
  char nanoseconds[16];
  (void)std::snprintf(nanoseconds, sizeof nanoseconds, ".%09u", time.nanoseconds);
  return std::to_string(time.seconds) + nanoseconds;
}

std::string FormatDevice(const FileTree::Inode& inode) {
  return std::to_string(inode.device_major) + ":" + std::to_string(inode.device_minor);
}

std::string FormatFlags(uint32_t flags) {
  char text[16];
  (void)std::snprintf(text, sizeof text, "0x%x", flags);
  return text;
}

std::string_view TypeName(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return "file";
    case S_IFDIR:
      return "folder";
    case S_IFLNK:
      return "symbolic link";
    case S_IFCHR:
      return "character device";
    case S_IFBLK:
      return "block device";
    case S_IFIFO:
      return "FIFO";
    default:
      return "socket";
  }
}

/// Walks two trees side by side.
class FileDiff {
 public:
  FileDiff(const ImageParts& first, const ImageParts& second) : first_(first), second_(second) {}

  Result<Differences> Run() {
    RETURN_IF_ERROR(Compare("/", FileTree::kRoot, FileTree::kRoot));
    return std::move(found_);
  }

 private:
  void Add(const std::string& path, std::string attribute, std::string a, std::string b) {
    if (a != b) found_.push_back({Area::kFile, path, std::move(attribute), std::move(a), std::move(b)});
  }
  void AddPresence(const std::string& path, const FileTree& tree, FileTree::Index index, bool in_first);
  Result<void> Compare(const std::string& path, FileTree::Index a, FileTree::Index b);
  void CompareInodes(const std::string& path, FileTree::Index a, FileTree::Index b);
  void CompareXattrs(const std::string& path, const std::vector<Xattr>& a, const std::vector<Xattr>& b);
  Result<void> CompareContent(const std::string& path, FileTree::Index a, FileTree::Index b);
  Result<void> CompareEntries(const std::string& path, FileTree::Index a, FileTree::Index b);

  const ImageParts& first_;
  const ImageParts& second_;
  std::set<std::pair<FileTree::Index, FileTree::Index>> linked_;  // pairs with several names that were compared
  Differences found_;
};

/// Adds one difference for a directory that only one image has, not one for each file in it.
void FileDiff::AddPresence(const std::string& path, const FileTree& tree, FileTree::Index index, bool in_first) {
  std::string there(TypeName(tree.inode(index).mode));
  if (const size_t entries = tree.inode(index).entries.size(); entries != 0) {
    there += " with " + std::to_string(entries) + (entries == 1 ? " entry" : " entries");
  }
  std::string absent(kAbsent);
  Add(path, "presence", in_first ? there : absent, in_first ? absent : there);
}

Result<void> FileDiff::Compare(const std::string& path, FileTree::Index a, FileTree::Index b) {
  const FileTree::Inode& first = first_.tree.tree.inode(a);
  const FileTree::Inode& second = second_.tree.tree.inode(b);
  if (TypeName(first.mode) != TypeName(second.mode)) {
    Add(path, "type", std::string(TypeName(first.mode)), std::string(TypeName(second.mode)));
    return {};
  }
  if (first.link_count > 1 && !S_ISDIR(first.mode) && !linked_.insert({a, b}).second) return {};
  CompareInodes(path, a, b);
  if (S_ISREG(first.mode)) return CompareContent(path, a, b);
  return S_ISDIR(first.mode) ? CompareEntries(path, a, b) : Result<void>();
}

void FileDiff::CompareInodes(const std::string& path, FileTree::Index a, FileTree::Index b) {
  const FileTree::Inode& first = first_.tree.tree.inode(a);
  const FileTree::Inode& second = second_.tree.tree.inode(b);
  const Ext4Inode& first_extra = first_.tree.inode(a);
  const Ext4Inode& second_extra = second_.tree.inode(b);
  Add(path, "mode", FormatMode(first.mode), FormatMode(second.mode));
  Add(path, "owner", std::to_string(first.uid), std::to_string(second.uid));
  Add(path, "group", std::to_string(first.gid), std::to_string(second.gid));
  Add(path, "mtime", FormatTime(first.mtime), FormatTime(second.mtime));
  Add(path, "target", first.data, second.data);
  Add(path, "device", FormatDevice(first), FormatDevice(second));
  Add(path, "links", std::to_string(first_extra.links), std::to_string(second_extra.links));
  CompareXattrs(path, first.xattrs, second.xattrs);
  Add(path, "flags", FormatFlags(first_extra.flags), FormatFlags(second_extra.flags));
  Add(path, "generation", std::to_string(first_extra.generation), std::to_string(second_extra.generation));
  if (first.mtime != second.mtime) return;  // the other times follow from it
  Add(path, "atime", FormatTime(first_extra.atime), FormatTime(second_extra.atime));
  Add(path, "ctime", FormatTime(first_extra.ctime), FormatTime(second_extra.ctime));
  Add(path, "crtime", FormatTime(first_extra.crtime), FormatTime(second_extra.crtime));
}

void FileDiff::CompareXattrs(const std::string& path, const std::vector<Xattr>& a, const std::vector<Xattr>& b) {
  std::map<std::string, std::pair<std::string, std::string>> values;
  for (const Xattr& xattr : a) values[xattr.name] = {ToHex(AsBytes(xattr.value)), std::string(kAbsent)};
  for (const Xattr& xattr : b) {
    const auto [place, added] = values.try_emplace(xattr.name, std::string(kAbsent), std::string());
    place->second.second = ToHex(AsBytes(xattr.value));
  }
  for (const auto& [name, value] : values) Add(path, "xattr " + name, value.first, value.second);
}

Result<void> FileDiff::CompareContent(const std::string& path, FileTree::Index a, FileTree::Index b) {
  const uint64_t sizes[] = {first_.tree.tree.inode(a).size, second_.tree.tree.inode(b).size};
  Add(path, "size", std::to_string(sizes[0]), std::to_string(sizes[1]));
  std::vector<DataRange> ranges;
  const auto add_ranges = [&](const ImageParts& image, FileTree::Index index) {
    const uint64_t block_size = image.root->superblock().block_size;
    for (const Ext4Extent& extent : image.tree.inode(index).extents) {
      ranges.push_back({extent.logical * block_size, extent.blocks * block_size});
    }
  };
  add_ranges(first_, a);
  add_ranges(second_, b);
  const auto read = [](const ImageParts& image, FileTree::Index index) {
    return [&image, index](uint64_t offset, MutableByteSpan buffer) {
      return image.root->ReadAt(image.tree.inode(index), offset, buffer);
    };
  };
  std::optional<uint64_t> differs;
  RETURN_IF_ERROR(VisitDifferences(MergeRanges(std::move(ranges), std::min(sizes[0], sizes[1])), read(first_, a),
                                   read(second_, b), 1, [&](uint64_t offset) {
                                     differs = offset;
                                     return false;
                                   }));
  if (!differs && sizes[0] == sizes[1]) return {};
  const uint64_t from = differs.value_or(std::min(sizes[0], sizes[1]));
  found_.push_back({Area::kFile, path, "content", "differs from byte " + std::to_string(from), ""});
  return {};
}

Result<void> FileDiff::CompareEntries(const std::string& path, FileTree::Index a, FileTree::Index b) {
  const std::vector<FileTree::Entry>& first = first_.tree.tree.inode(a).entries;
  const std::vector<FileTree::Entry>& second = second_.tree.tree.inode(b).entries;
  const std::string prefix = path == "/" ? path : path + "/";
  for (auto x = first.begin(), y = second.begin(); x != first.end() || y != second.end();) {
    if (y == second.end() || (x != first.end() && x->name < y->name)) {
      AddPresence(prefix + x->name, first_.tree.tree, x->inode, true);
      ++x;
    } else if (x == first.end() || y->name < x->name) {
      AddPresence(prefix + y->name, second_.tree.tree, y->inode, false);
      ++y;
    } else {
      RETURN_IF_ERROR(Compare(prefix + x->name, x->inode, y->inode));
      ++x, ++y;
    }
  }
  return {};
}

/// Versions by package name; none if the image has no database.
Result<std::map<std::string, std::string>> Versions(const ImageParts& image) {
  std::map<std::string, std::string> versions;
  if (!image.root || !image.tree.tree.Contains(kDpkgStatusPath)) return versions;
  ASSIGN_OR_RETURN(const std::string status,
                   image.root->ReadSmallFile(image.tree, kDpkgStatusPath, kMaxDpkgStatusSize));
  for (const InstalledPackage& package : ParseDpkgStatus(status)) {
    // A package of two architectures has one paragraph for each.
    if (!versions.emplace(package.name, package.version).second) {
      versions.emplace(package.name + ":" + package.architecture, package.version);
    }
  }
  return versions;
}

}  // namespace

Result<Differences> DiffFiles(const ImageParts& first, const ImageParts& second) {
  return FileDiff(first, second).Run();
}

Result<Differences> DiffPackages(const ImageParts& first, const ImageParts& second) {
  ASSIGN_OR_RETURN(const auto before, Versions(first));
  ASSIGN_OR_RETURN(const auto after, Versions(second));
  std::map<std::string, std::pair<std::string, std::string>> both;
  for (const auto& [name, version] : before) both[name] = {version, std::string(kAbsent)};
  for (const auto& [name, version] : after) {
    const auto [place, added] = both.try_emplace(name, std::string(kAbsent), std::string());
    place->second.second = version;
  }
  Differences found;
  for (const auto& [name, versions] : both) {
    if (versions.first != versions.second) {
      found.push_back({Area::kPackage, name, "version", versions.first, versions.second});
    }
  }
  return found;
}

}  // namespace hallmark
