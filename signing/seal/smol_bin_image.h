// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "lib/crypto/ed25519.h"
#include "signing/smol_bin/smol_bin.h"

// smol-bin images: exFAT, without a partition table.

namespace hallmark {

constexpr std::string_view kSmolBinLabel = "SMOL-BIN";
constexpr uint64_t kMaxSmolBinImage = uint64_t{2} << 30;  ///< bytes

struct SmolBinImageOptions {
  SmolBinManifest manifest;  ///< files are filled in
  /// The members on disk, in the order of kSmolBinMembers.
  std::array<std::filesystem::path, kSmolBinMembers.size()> sources;
  std::optional<bool> stripped;  ///< what the programs must be; absent: either
  uint64_t size = 0;             ///< bytes of the image
};

struct SmolBinImage {
  SmolBinManifest manifest;
  Sha256Digest sha256{};  ///< of the whole image
  Sha1Digest sha1{};      ///< of the whole image, as its .origin has it
};

/// Checks the members, and writes the image with its manifest, signed, to `output`, a new file. The same members,
/// options and keys give the same bytes. kUsage names the member that can't be taken, and why; kNoSpace says how much
/// is missing. Each member is read once, and what is hashed is what is written.
Result<SmolBinImage> WriteSmolBinImage(const SmolBinImageOptions& options, const std::vector<const Signer*>& signers,
                                       const File& output);

/// Where the members of an image go while they are checked. Null: nowhere.
class SmolBinOutput {
 public:
  virtual ~SmolBinOutput() = default;
  /// An empty file for a file of the image; `mode` are its permissions.
  virtual Result<const File*> NewFile(const std::string& name, uint32_t mode) = 0;
};

/// Checks an image: that it is to the last bit the filesystem that belongs to its files, then all that
/// VerifySmolBinDirectory checks. With `output`, all five files are written there on the way: they are good only if the
/// report is.
Result<SmolBinReport> VerifySmolBinImage(const File& image, const Trust& trust, const SmolBinRequirements& requirements,
                                         SmolBinOutput* output = nullptr);

/// What an image says of itself; nothing of it is verified but that the filesystem is sound. kCorrupt.
struct SmolBinContents {
  struct Entry {
    std::string name;
    uint64_t size = 0;  ///< bytes
  };
  uint64_t size = 0;  ///< bytes of the filesystem
  uint32_t cluster_size = 0;
  std::string label;
  uint32_t serial = 0;
  std::vector<Entry> entries;
  std::string manifest_text;
  std::string envelope_text;
};
Result<SmolBinContents> ReadSmolBinContents(const File& image);

}  // namespace hallmark
