// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "lib/crypto/digest.h"
#include "signing/bundle/manifest.h"
#include "signing/seal/known_frames.h"

namespace hallmark {

/// The frames of the bundle that a new one will replace, which builds on this machine know their own tables of; none if
/// it was made elsewhere, or in another way. What this machine made is marked: by an empty file for each chunk table,
/// with its digest as the name.
class EarlierBundle {
 public:
  /// `marks` is the directory of the marks for the encoder in use; it need not exist. `manifest` is the new one: its
  /// architecture counts.
  EarlierBundle(std::filesystem::path marks, const std::filesystem::path& bundle, const Manifest& manifest);

  /// Null if nothing is known.
  [[nodiscard]] const KnownFrames* frames() const { return frames_ ? &*frames_ : nullptr; }

  /// To be called once the new bundle is there. That the next build may be slower is no reason for this one to fail.
  void ReplacedBy(const Manifest& manifest) const;

 private:
  [[nodiscard]] std::filesystem::path MarkOf(const Sha256Digest& table) const;

  std::filesystem::path marks_;
  std::filesystem::path mark_;  // of the earlier bundle; empty: it has no chunk table
  std::optional<KnownFrames> frames_;
};

}  // namespace hallmark
