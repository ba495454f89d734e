// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hallmark {

/// Why something does not hold. Told apart so that a host can act on it, and a person knows what happened.
enum class Verdict {
  kGood,
  // Of any signed document and the files that it names.
  kUntrusted,   ///< not signed by enough trusted keys, or by another trust file
  kMalformed,   ///< signed bytes, or a sidecar, that do not follow their format
  kRolledBack,  ///< an older release than may be taken
  kMissing,     ///< a file does not exist
  kNotAFile,    ///< a link, a directory or a device where a file must be
  kTruncated,   ///< shorter than signed
  kExtended,    ///< longer than signed
  kDigest,      ///< other bytes than signed
  // Of a bundle.
  kUnreleased,    ///< sequence 0
  kCompressed,    ///< compressed where the raw image must be
  kWrongRelease,  ///< a sound image of another release
  kTable,         ///< another partition table than signed
  kPartition,     ///< other bytes in a partition than signed
  kChunk,         ///< other bytes in a chunk of the image, or in a frame, than signed
  kOrigin,        ///< an origin file that disagrees with the manifest
  kOriginStamp,   ///< an origin file with a release's stamp in place of a digest
  kSums,          ///< a SHA256SUMS that disagrees with the manifest
  // Of a smol-bin.
  kFilesystem,         ///< the image is not the exFAT filesystem that belongs to its files
  kUnexpected,         ///< a file that the manifest does not name
  kPolicy,             ///< signed settings that can't be read: they would allow nothing
  kWrongArchitecture,  ///< for another machine
  kPolicyRolledBack,   ///< an older policy than may be taken
  kRootfsTooOld,       ///< it needs a newer rootfs
};
/// "rolled-back", as JSON output and the negative corpus write it.
std::string_view VerdictName(Verdict verdict);

/// kTruncated or kExtended for a size other than signed, in bytes; kGood for the signed one.
Verdict SizeVerdict(uint64_t size, uint64_t expected);

/// One thing that does not hold.
struct Finding {
  Verdict verdict = Verdict::kGood;
  std::string where;               ///< a file's name in the directory, or a structure of an image: "volume label"
  std::string message;             ///< one line, without `where`
  std::optional<uint64_t> offset;  ///< bytes, where the place is known
  std::optional<uint64_t> length;  ///< bytes
  std::optional<uint64_t> chunk;
  std::optional<uint32_t> partition;
};
/// "digest: sdk-daemon: holds other bytes than signed": all of it in one line.
std::string FindingText(const Finding& finding);

}  // namespace hallmark
