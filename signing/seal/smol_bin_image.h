// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/ed25519.h"
#include "signing/smol_bin/smol_bin_manifest.h"

// Writes smol-bin images: exFAT, without a partition table.

namespace hallmark {

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

}  // namespace hallmark
