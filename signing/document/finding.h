// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hallmark {

/// Why something does not hold. Each reason has a verdict of its own, so that a host can act on it and a person knows
/// what happened.
enum class Verdict {
  kGood,
  // For any signed document and the files that it names.
  kUntrusted,   ///< not signed by enough trusted keys, or by another trust file
  kMalformed,   ///< signed bytes or a sidecar that do not follow their format
  kRolledBack,  ///< an older release than the host may take
  kMissing,     ///< a file does not exist
  kNotAFile,    ///< a link, a directory or a device where a file must be
  kTruncated,   ///< shorter than signed
  kExtended,    ///< longer than signed
  kDigest,      ///< other bytes than were signed
  // For a bundle.
  kUnreleased,    ///< sequence 0
  kCompressed,    ///< compressed where the raw image must be
  kWrongRelease,  ///< a valid image of another release
  kTable,         ///< a partition table that differs from the signed one
  kPartition,     ///< a partition that differs from the signed one
  kChunk,         ///< a chunk of the image, or a frame, that differs from the signed one
  kOrigin,        ///< an origin file that disagrees with the manifest
  kOriginStamp,   ///< an origin file with a release's stamp in place of a digest
  kSums,          ///< a SHA256SUMS that disagrees with the manifest
  // For a smol-bin.
  kFilesystem,         ///< not exactly the exFAT filesystem that its files determine
  kUnexpected,         ///< a file that the manifest does not name
  kPolicy,             ///< signed settings that can't be read: they would allow nothing
  kWrongArchitecture,  ///< for another machine
  kPolicyRolledBack,   ///< an older policy than the host may take
  kRootfsTooOld,       ///< it requires a newer rootfs
};
/// The verdict as JSON output and the negative corpus have it: "rolled-back".
std::string_view VerdictName(Verdict verdict);

/// kTruncated or kExtended if the size in bytes differs from the signed one; otherwise kGood.
Verdict SizeVerdict(uint64_t size, uint64_t expected);

/// One thing that does not hold.
struct Finding {
  Verdict verdict = Verdict::kGood;
  std::string where;               ///< a file's name in the directory, or a structure of an image: "volume label"
  std::string message;             ///< one line, without `where`
  std::optional<uint64_t> offset;  ///< bytes, if the place is known
  std::optional<uint64_t> length;  ///< bytes
  std::optional<uint64_t> chunk;
  std::optional<uint32_t> partition;
};
/// The whole finding in one line: "digest: sdk-daemon: holds other bytes than signed".
std::string FindingText(const Finding& finding);

}  // namespace hallmark
