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

// Writes smol-bin images: exFAT without a partition table.

namespace hallmark {

struct SmolBinImageOptions {
  SmolBinManifest manifest;  ///< `files` is filled in
  /// Paths of the members, in the order of kSmolBinMembers.
  std::array<std::filesystem::path, kSmolBinMembers.size()> sources;
  std::optional<bool> stripped;  ///< whether the programs must be stripped; absent: either is accepted
  uint64_t size = 0;             ///< size of the image in bytes
};

struct SmolBinImage {
  SmolBinManifest manifest;
  Sha256Digest sha256{};  ///< of the whole image
  Sha1Digest sha1{};      ///< of the whole image, as in its .origin
};

/// Checks the members, and writes the image with its signed manifest to `output`, a new file. The same members, options
/// and keys give the same bytes. kUsage names a member that is not acceptable, and why; kNoSpace says how many bytes
/// are missing. Reads each member once, so what is hashed is what is written.
Result<SmolBinImage> WriteSmolBinImage(const SmolBinImageOptions& options, const std::vector<const Signer*>& signers,
                                       const File& output);

}  // namespace hallmark
