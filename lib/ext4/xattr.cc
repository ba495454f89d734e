// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/xattr.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "lib/base/checked.h"
#include "lib/base/crc32c.h"
#include "lib/ext4/ext4_format.h"

namespace hallmark::ext4 {
namespace {

/// One attribute; ext4 stores a number for its prefix.
struct Attribute {
  uint8_t index = 0;
  std::string name;  ///< without the prefix
  std::string value;
};

struct Prefix {
  std::string_view text;
  uint8_t index;
  bool whole;  ///< the prefix is the whole name
};
// Longer prefixes come first.
constexpr Prefix kPrefixes[] = {{"system.posix_acl_access", 2, true},
                                {"system.posix_acl_default", 3, true},
                                {"user.", 1, false},
                                {"trusted.", 4, false},
                                {"security.", 6, false},
                                {"system.", 7, false}};

// Access control lists as getxattr gives them (posix_acl_xattr.h) and as ext4 stores them (fs/ext4/acl.h): on disk,
// entries without a named user or group have no id.
constexpr uint16_t kAclUser = 0x02;
constexpr uint16_t kAclGroup = 0x08;
struct AclEntry {
  Le16 tag;
  Le16 permissions;
  Le32 id;
};
static_assert(sizeof(AclEntry) == 8);

Result<std::string> AclOnDisk(const std::string& value) {
  constexpr size_t kHeader = 4;
  if (value.size() < kHeader || (value.size() - kHeader) % sizeof(AclEntry) != 0) {
    return UnsupportedError("an access control list of an unknown form");
  }
  std::string disk = {1, 0, 0, 0};
  for (size_t at = kHeader; at < value.size(); at += sizeof(AclEntry)) {
    ASSIGN_OR_RETURN(const AclEntry entry, ReadStruct<AclEntry>(AsBytes(value).subspan(at), "access control list"));
    const bool named = entry.tag == kAclUser || entry.tag == kAclGroup;
    disk.append(value, at, named ? sizeof(AclEntry) : 4);
  }
  return disk;
}

Result<Attribute> Classify(const Xattr& xattr) {
  for (const Prefix& prefix : kPrefixes) {
    if (prefix.whole ? xattr.name != prefix.text : !xattr.name.starts_with(prefix.text)) continue;
    Attribute attribute{prefix.index, xattr.name.substr(prefix.text.size()), xattr.value};
    if (prefix.whole) {
      ASSIGN_OR_RETURN(attribute.value, AclOnDisk(xattr.value));
    }
    return attribute;
  }
  return UnsupportedError("the extended attribute " + xattr.name + ", whose prefix ext4 does not know");
}

uint32_t EntrySize(const Attribute& attribute) {
  return static_cast<uint32_t>(RoundUp(sizeof(XattrEntry) + attribute.name.size(), 4));
}
uint32_t ValueSize(const Attribute& attribute) { return static_cast<uint32_t>(RoundUp(attribute.value.size(), 4)); }

/// The kernel's ext4_xattr_hash_entry.
uint32_t EntryHash(const Attribute& attribute) {
  uint32_t hash = 0;
  for (const char c : attribute.name) hash = (hash << 5) ^ (hash >> 27) ^ static_cast<uint8_t>(c);
  std::string padded = attribute.value;
  padded.resize(ValueSize(attribute));
  for (size_t at = 0; at < padded.size(); at += 4) {
    Le32 word;
    std::memcpy(&word, padded.data() + at, sizeof word);
    hash = (hash << 16) ^ (hash >> 16) ^ word;
  }
  return hash;
}

/// Writes entries from `first` on, and values from the end of `area` backwards. Value offsets count from `base`.
void WriteEntries(const std::vector<Attribute>& attributes, MutableByteSpan area, size_t first, size_t base,
                  bool hashed) {
  size_t value_end = area.size();
  for (const Attribute& attribute : attributes) {
    XattrEntry entry{};
    entry.name_length = static_cast<uint8_t>(attribute.name.size());
    entry.name_index = attribute.index;
    entry.value_size = static_cast<uint32_t>(attribute.value.size());
    entry.hash = hashed ? EntryHash(attribute) : 0;
    value_end -= ValueSize(attribute);
    entry.value_offset = attribute.value.empty() ? uint16_t{0} : static_cast<uint16_t>(value_end - base);
    std::memcpy(area.data() + first, &entry, sizeof entry);
    std::memcpy(area.data() + first + sizeof entry, attribute.name.data(), attribute.name.size());
    std::memcpy(area.data() + value_end, attribute.value.data(), attribute.value.size());
    first += EntrySize(attribute);
  }
}

}  // namespace

Result<EncodedXattrs> EncodeXattrs(const std::vector<Xattr>& xattrs) {
  EncodedXattrs encoded;
  if (xattrs.empty()) return encoded;
  std::vector<Attribute> attributes;
  uint64_t size = sizeof(Le32);  // the zeros that end the entries
  for (const Xattr& xattr : xattrs) {
    ASSIGN_OR_RETURN(Attribute attribute, Classify(xattr));
    size += EntrySize(attribute) + ValueSize(attribute);
    attributes.push_back(std::move(attribute));
  }
  std::sort(attributes.begin(), attributes.end(), [](const Attribute& a, const Attribute& b) {
    return std::tuple(a.index, a.name.size(), a.name) < std::tuple(b.index, b.name.size(), b.name);
  });
  const Le32 magic = kXattrMagic;
  if (sizeof magic + size <= encoded.in_inode.size()) {
    std::memcpy(encoded.in_inode.data(), &magic, sizeof magic);
    WriteEntries(attributes, encoded.in_inode, sizeof magic, sizeof magic, false);
    return encoded;
  }
  if (sizeof(XattrBlockHeader) + size > kBlockSize) {
    return UnsupportedError("extended attributes of " + std::to_string(size) +
                            " bytes: ext4 holds at most 4 KiB of them for each file");
  }
  encoded.block.resize(kBlockSize);
  XattrBlockHeader header{};
  header.magic = kXattrMagic;
  header.blocks = 1;
  uint32_t hash = 0;
  for (const Attribute& attribute : attributes) hash = (hash << 16) ^ (hash >> 16) ^ EntryHash(attribute);
  header.hash = hash;
  std::memcpy(encoded.block.data(), &header, sizeof header);
  WriteEntries(attributes, encoded.block, sizeof header, 0, true);
  return encoded;
}

void SealXattrBlock(MutableByteSpan block, uint64_t number, uint32_t references, uint32_t checksum_seed) {
  XattrBlockHeader header;
  std::memcpy(&header, block.data(), sizeof header);
  header.references = references;
  header.checksum = 0;
  std::memcpy(block.data(), &header, sizeof header);
  const Le64 place = number;
  header.checksum = Crc32c(Crc32c(checksum_seed, StructBytes(place)), block);
  std::memcpy(block.data(), &header, sizeof header);
}

}  // namespace hallmark::ext4
