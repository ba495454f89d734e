// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "lib/crypto/digest.h"
#include "signing/bundle/manifest.h"
#include "signing/seal/known_frames.h"

namespace hallmark {

/// The frames of the bundle that a new one will replace. They are used only if this machine made that bundle with the
/// same encoder: for each chunk table that it makes, it leaves a mark, which is an empty file named by the table's
/// digest.
class EarlierBundle {
 public:
  /// `marks` is the directory of the marks for the encoder in use; it need not exist. `manifest` is that of the new
  /// bundle; only its architecture is used.
  EarlierBundle(std::filesystem::path marks, const std::filesystem::path& bundle, const Manifest& manifest);

  /// The known frames; null if there are none.
  [[nodiscard]] const KnownFrames* frames() const { return frames_ ? &*frames_ : nullptr; }

  /// Marks the new bundle's chunk table. Call it once the new bundle is in place. Ignores errors: they only make the
  /// next build slower.
  void ReplacedBy(const Manifest& manifest) const;

 private:
  [[nodiscard]] std::filesystem::path MarkOf(const Sha256Digest& table) const;

  std::filesystem::path marks_;
  std::filesystem::path mark_;  // of the earlier bundle; empty if it has no chunk table
  std::optional<KnownFrames> frames_;
};

}  // namespace hallmark
