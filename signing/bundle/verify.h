// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "signing/bundle/manifest.h"
#include "signing/document/trust.h"

namespace hallmark {

/// Why something does not hold. Told apart so that a host can act on it, and a person knows what happened.
enum class Verdict {
  kGood,
  kUntrusted,     ///< not signed by enough trusted keys, or by another trust file
  kMalformed,     ///< signed bytes, or a sidecar, that do not follow their format
  kUnreleased,    ///< sequence 0
  kRolledBack,    ///< an older release than this host may take
  kMissing,       ///< a file of the bundle is not there
  kNotAFile,      ///< a link, a directory or a device where a file must be
  kTruncated,     ///< shorter than signed
  kExtended,      ///< longer than signed
  kCompressed,    ///< compressed where the raw image must be
  kWrongRelease,  ///< a sound image of another release
  kDigest,        ///< other bytes than signed
  kTable,         ///< another partition table than signed
  kPartition,     ///< other bytes in a partition than signed
  kChunk,         ///< other bytes in a chunk of the image, or in a frame, than signed
  kOrigin,        ///< an origin file that disagrees with the manifest
  kOriginStamp,   ///< an origin file with a release's stamp in place of a digest
  kSums,          ///< a SHA256SUMS that disagrees with the manifest
};
/// "rolled-back", as JSON output and the negative corpus write it.
std::string_view VerdictName(Verdict verdict);

/// One thing that does not hold.
struct Finding {
  Verdict verdict = Verdict::kGood;
  std::string file;                ///< name in the bundle
  std::string message;             ///< one line, without the file's name
  std::optional<uint64_t> offset;  ///< bytes, where the place is known
  std::optional<uint64_t> length;  ///< bytes
  std::optional<uint64_t> chunk;
  std::optional<uint32_t> partition;
};

/// A manifest whose signatures were checked. Only VerifyManifest makes one.
class VerifiedManifest {
 public:
  const Manifest& operator*() const { return manifest_; }
  const Manifest* operator->() const { return &manifest_; }
  /// The signed bytes.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  friend Result<VerifiedManifest> VerifyManifest(std::string manifest_text, std::string_view envelope_text,
                                                 const Trust& trust);
  VerifiedManifest(Manifest manifest, std::string text) : manifest_(std::move(manifest)), text_(std::move(text)) {}
  Manifest manifest_;
  std::string text_;
};

/// Checks the envelope's signatures against the role `bundle`, that it signs exactly `manifest_text`, and only then
/// reads the manifest. kVerification, or kCorrupt for bytes that no key of ours would have signed.
Result<VerifiedManifest> VerifyManifest(std::string manifest_text, std::string_view envelope_text, const Trust& trust);

/// The manifest of a bundle, once its signatures and its sequence hold; nothing else of the bundle is looked at.
/// kVerification says what does not hold.
Result<VerifiedManifest> VerifyManifestOf(const std::filesystem::path& bundle, const Trust& trust,
                                          uint64_t least_sequence);

/// What of a bundle says what the rest must be.
struct ManifestTexts {
  std::string manifest;              ///< manifest.json
  std::string envelope;              ///< manifest.dsse.json
  std::optional<std::string> trust;  ///< trust.json, if there is one
};
/// VerifyManifestOf for texts that lie in no directory yet.
Result<VerifiedManifest> VerifyManifestTexts(ManifestTexts texts, const Trust& trust, uint64_t least_sequence,
                                             uint64_t update_at);

/// The files of a bundle, opened once: what was checked is what is used.
using BundleFiles = std::map<ArtifactRole, File>;

/// Looks at every byte of rootfs.img and rootfs.img.zst, as far as they are there.
using FullCheck =
    std::function<Result<std::vector<Finding>>(const VerifiedManifest& manifest, const BundleFiles& files)>;

struct VerifyOptions {
  /// The least sequence that this host takes: its high-water mark.
  uint64_t least_sequence = 0;
  /// Runs after the quick check has found nothing: always, or only for an image that dm-verity does not guard.
  FullCheck full_check;
  bool always_full = false;
  /// Seconds since 1970, for a release that the host is to go over to: a trust file that has expired by then vouches
  /// for nothing. 0 for what the host has already: it boots whatever the date.
  uint64_t update_at = 0;
};

struct VerifyReport {
  std::optional<VerifiedManifest> manifest;  ///< empty: its signatures do not hold
  uint64_t trust_version = 0;                ///< of the trust that counted: the bundle's if it grew out of the host's
  uint64_t trust_expires = 0;                ///< of that version, seconds since 1970
  BundleFiles files;                         ///< those that are there and have the right size
  std::vector<Finding> findings;             ///< empty: all that was looked at holds
  bool full = false;                         ///< the full check ran

  [[nodiscard]] bool good() const { return findings.empty(); }
};

/// Checks a bundle: signatures, sequence, sizes, digests of all but rootfs.img and rootfs.img.zst, partition table and
/// EFI system partition of rootfs.img (if it was made already), sidecars. An error is one of the environment; what does
/// not hold is a finding.
Result<VerifyReport> VerifyBundle(const std::filesystem::path& bundle, const Trust& trust,
                                  const VerifyOptions& options);

/// A FullCheck by the whole files' digests: for bundles without a chunk table.
Result<std::vector<Finding>> CheckWholeFiles(const VerifiedManifest& manifest, const BundleFiles& files);

}  // namespace hallmark
