// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/signed_chunk_table.h"

#include <vector>

#include "lib/compress/seek_table.h"
#include "lib/crypto/digest.h"

namespace hallmark {

Result<ByteVector> ReadChunkTableBytes(const Manifest& manifest, const File& file) {
  const Artifact* artifact = manifest.Find(ArtifactRole::kChunkTable);
  if (artifact == nullptr) return UnsupportedError("the bundle has no chunk table");
  const auto differs = [&] { return VerificationError(file.path() + ": holds other bytes than signed"); };
  ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  if (size != artifact->size) return differs();
  if (size > kMaxChunkTableSize) return UnsupportedError(file.path() + ": too large");
  ByteVector bytes(size);
  RETURN_IF_ERROR(file.ReadAt(0, bytes));
  if (Sha256(bytes) != artifact->sha256) return differs();
  return bytes;
}

Result<ChunkTable> ParseSignedChunkTable(const Manifest& manifest, ByteSpan bytes) {
  const Artifact* image = manifest.Find(ArtifactRole::kRootfs);
  const Artifact* compressed = manifest.Find(ArtifactRole::kRootfsCompressed);
  if (image == nullptr || compressed == nullptr) return UnsupportedError("the bundle has no chunk table");
  ASSIGN_OR_RETURN(ChunkTable table, ParseChunkTable(bytes));
  if (table.raw_size != image->size || table.compressed_size != compressed->size) {
    return CorruptError("is of another image than the manifest's");
  }
  RETURN_IF_ERROR(SeekTableOf(table));
  return table;
}

Result<ChunkTable> ReadChunkTable(const Manifest& manifest, const File& file) {
  ASSIGN_OR_RETURN(const ByteVector bytes, ReadChunkTableBytes(manifest, file));
  return ParseSignedChunkTable(manifest, bytes).WithContext(file.path());
}

Result<ByteVector> SeekTableOf(const ChunkTable& table) {
  std::vector<SeekEntry> entries;
  entries.reserve(table.chunks.size());
  uint64_t end = 0;
  for (size_t i = 0; i < table.chunks.size(); ++i) {
    entries.push_back({table.chunks[i].frame_size, table.RawSize(i)});
    end = table.chunks[i].frame_offset + table.chunks[i].frame_size;
  }
  ASSIGN_OR_RETURN(ByteVector bytes, FormatSeekTable(entries));
  if (end + bytes.size() != table.compressed_size) {
    return CorruptError("chunk table: frames and seek table do not fill the compressed file");
  }
  return bytes;
}

}  // namespace hallmark
