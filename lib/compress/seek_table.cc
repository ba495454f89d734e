// SPDX-License-Identifier: Apache-2.0
#include "lib/compress/seek_table.h"

#include "lib/base/checked.h"
#include "lib/base/endian.h"

namespace hallmark {
namespace {

constexpr uint32_t kSkippableMagic = 0x184d2a5e;
constexpr uint32_t kFooterMagic = 0x8f92eab1;
constexpr uint32_t kMaxFrames = 0x8000000;  // ZSTD_SEEKABLE_MAXFRAMES
constexpr uint8_t kHasChecksums = 0x80;
constexpr uint8_t kReserved = 0x7c;

struct Header {
  Le32 magic;
  Le32 size;  ///< bytes that follow this field, footer included
};
struct Entry {
  Le32 compressed;
  Le32 raw;
};
struct Footer {
  Le32 frames;
  uint8_t descriptor = 0;
  Le32 magic;
};
static_assert(sizeof(Header) == 8 && sizeof(Entry) == 8 && sizeof(Footer) == 9);

void Append(ByteVector& bytes, ByteSpan part) { bytes.insert(bytes.end(), part.begin(), part.end()); }

Result<Footer> ReadFooter(ByteSpan end) {
  ASSIGN_OR_RETURN(const Footer footer, ReadStruct<Footer>(end, "seek table"));
  if (footer.magic != kFooterMagic) return CorruptError("seek table: no footer");
  if (footer.frames > kMaxFrames) return CorruptError("seek table: too many frames");
  if ((footer.descriptor & kReserved) != 0) return CorruptError("seek table: reserved bits are set");
  return footer;
}

uint64_t EntrySize(const Footer& footer) {
  return sizeof(Entry) + ((footer.descriptor & kHasChecksums) != 0 ? sizeof(Le32) : 0);
}

uint64_t TableSize(const Footer& footer) { return sizeof(Header) + footer.frames * EntrySize(footer) + sizeof(Footer); }

}  // namespace

Result<ByteVector> FormatSeekTable(const std::vector<SeekEntry>& frames) {
  if (frames.size() > kMaxFrames) return UsageError("more frames than a seek table holds: use larger ones");
  Header header;
  header.magic = kSkippableMagic;
  header.size = static_cast<uint32_t>(frames.size() * sizeof(Entry) + sizeof(Footer));
  ByteVector bytes;
  bytes.reserve(sizeof header + header.size);
  Append(bytes, StructBytes(header));
  for (const SeekEntry& frame : frames) Append(bytes, StructBytes(Entry{frame.compressed, frame.raw}));
  Footer footer;
  footer.frames = static_cast<uint32_t>(frames.size());
  footer.magic = kFooterMagic;
  Append(bytes, StructBytes(footer));
  return bytes;
}

Result<std::vector<SeekEntry>> ParseSeekTable(ByteSpan frame) {
  if (frame.size() < sizeof(Header) + sizeof(Footer)) return CorruptError("seek table: truncated");
  ASSIGN_OR_RETURN(const Header header, ReadStruct<Header>(frame, "seek table"));
  ASSIGN_OR_RETURN(const Footer footer, ReadFooter(frame.last(sizeof(Footer))));
  if (header.magic != kSkippableMagic) return CorruptError("seek table: not a skippable frame");
  if (frame.size() != TableSize(footer) || header.size != frame.size() - sizeof(Header)) {
    return CorruptError("seek table: its size is wrong");
  }
  std::vector<SeekEntry> frames;
  frames.reserve(footer.frames);
  for (uint64_t i = 0; i < footer.frames; ++i) {
    ASSIGN_OR_RETURN(const Entry entry,
                     ReadStruct<Entry>(frame.subspan(sizeof(Header) + i * EntrySize(footer)), "seek table"));
    frames.push_back({entry.compressed, entry.raw});
  }
  return frames;
}

Result<std::vector<SeekEntry>> ReadSeekTable(const File& file) {
  ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  if (size < sizeof(Header) + sizeof(Footer)) return CorruptError(file.path() + ": too short for a seek table");
  ByteVector end(sizeof(Footer));
  RETURN_IF_ERROR(file.ReadAt(size - end.size(), end));
  Result<Footer> footer = ReadFooter(end);
  if (!footer.ok()) return std::move(footer).error().WithContext(file.path());
  const uint64_t table_size = TableSize(*footer);
  if (table_size > size) return CorruptError(file.path() + ": the seek table is larger than the file");
  ByteVector table(table_size);
  RETURN_IF_ERROR(file.ReadAt(size - table_size, table));
  Result<std::vector<SeekEntry>> frames = ParseSeekTable(table);
  if (!frames.ok()) return std::move(frames).error().WithContext(file.path());
  uint64_t total = table_size;
  for (const SeekEntry& frame : *frames) total += frame.compressed;
  if (total != size) return CorruptError(file.path() + ": the seek table does not cover the file");
  return frames;
}

}  // namespace hallmark
